package twins

// Ends by a signal.

import (
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
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

// sendQuitIn sends SIGQUIT to the thread that calls, which the goroutine keeps.
func sendQuitIn(d time.Duration) {
	const monotonic, threadID = 1, 4
	runtime.LockOSThread()
	to := struct { // sigevent
		value               uint64
		signal, notify, tid int32
		_                   [44]byte
	}{0, int32(syscall.SIGQUIT), threadID, int32(syscall.Gettid()), [44]byte{}}
	once := [2]syscall.Timespec{{}, syscall.NsecToTimespec(int64(d))}
	var timer int32
	_, _, e := syscall.RawSyscall(syscall.SYS_TIMER_CREATE, monotonic,
		uintptr(unsafe.Pointer(&to)), uintptr(unsafe.Pointer(&timer)))
	require(e == 0, "timer_create: %v", e)
	_, _, e = syscall.RawSyscall6(syscall.SYS_TIMER_SETTIME, uintptr(timer), 0,
		uintptr(unsafe.Pointer(&once)), 0, 0, 0)
	require(e == 0, "timer_settime: %v", e)
}

var _ = twin("PA-020/computing", func() {
	startSpinners()
	sendQuitIn(20 * time.Millisecond)
	spinOn()
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
