package twins

// Ends by a signal.

import (
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

var spinning int32

func spinOn() {
	atomic.AddInt32(&spinning, 1)
	for atomic.LoadInt32(&spinning) > 0 {
	}
}

func startSpinners() {
	for i := 0; i < 3; i++ {
		go spinOn()
	}
	require(becomes(&spinning, 3), "the spinners do not start")
}

var _ = twin("PA-020", func() {
	startSpinners()
	raiseSignal(syscall.SIGQUIT)
	time.Sleep(20 * time.Second)
	say("went on\n")
})

var _ = twin("PA-020/panic", func() {
	startSpinners()
	panic("boom")
})

var _ = twin("PA-020/fatal", func() {
	startSpinners()
	new(sync.Mutex).Unlock()
	say("went on\n")
})

func endBy(sig syscall.Signal) {
	say("before\n")
	raiseSignal(sig)
	time.Sleep(20 * time.Second)
	say("after\n")
}

var _ = twin("PA-021", func() { endBy(syscall.SIGTERM) })
var _ = twin("PA-021/interrupt", func() { endBy(syscall.SIGINT) })

var _ = twin("PA-021/goroutine", func() {
	go endBy(syscall.SIGTERM)
	<-make(chan int)
})
