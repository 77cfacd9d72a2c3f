package twins

// Deadlocks after changes of GOMAXPROCS.

import (
	"runtime"
	"sync/atomic"
	"time"
)

func resize(procs ...int) {
	c := make(chan struct{})
	for i := 0; i < 10; i++ {
		go func() { <-c }()
	}
	for _, n := range procs {
		runtime.GOMAXPROCS(n)
		yieldTen()
	}
	<-c
	say("went on\n")
}

var _ = twin("DL-029", func() { resize(8, 1) })
var _ = twin("DL-029/grown", func() { resize(1, 2, 8) })

var _ = twin("DL-029/often", func() {
	resize(8, 1, 4, 2, 8, 3, 1, 2, 8, 1, 8)
})

// setFarTimers gives timers of all Ps; they close the channel together.
func setFarTimers() (timers []*time.Timer, fired chan struct{}) {
	c := make(chan *time.Timer)
	fired = make(chan struct{})
	left := int32(64)
	for i := 0; i < 64; i++ {
		go func() {
			c <- time.AfterFunc(time.Hour, func() {
				if atomic.AddInt32(&left, -1) == 0 {
					close(fired)
				}
			})
		}()
	}
	for i := 0; i < 64; i++ {
		timers = append(timers, <-c)
	}
	return timers, fired
}

func resetAll(timers []*time.Timer, d time.Duration) {
	for _, t := range timers {
		require(t.Reset(d), "a timer was not pending")
	}
}

var _ = twin("DL-029/timers", func() {
	runtime.GOMAXPROCS(8)
	timers, fired := setFarTimers()
	runtime.GOMAXPROCS(2)
	resetAll(timers, time.Millisecond)
	<-fired
	resize(1, 4)
})

var _ = twin("DL-029/alive", func() {
	runtime.GOMAXPROCS(8)
	timers, fired := setFarTimers()
	runtime.GOMAXPROCS(1)
	resetAll(timers, 20*time.Millisecond)
	runtime.GOMAXPROCS(4)
	<-fired
	say("woken\n")
})
