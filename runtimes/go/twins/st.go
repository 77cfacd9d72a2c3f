package twins

// A great many of everything at once, and no memory for more.

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// statm is a number of /proc/self/statm, in bytes.
func statm(field int) int64 {
	text, err := os.ReadFile("/proc/self/statm")
	require(err == nil, "%v", err)
	var pages int64
	fmt.Sscan(strings.Fields(string(text))[field], &pages)
	return pages * int64(os.Getpagesize())
}

type figure struct {
	n      int
	began  time.Time
	before int64
}

func beginFigure(n int) figure {
	return figure{n, time.Now(), statm(1)}
}

func (f figure) say(what string) {
	note("%d %s: %d ns and %d bytes each", f.n, what,
		time.Since(f.began).Nanoseconds()/int64(f.n),
		(statm(1)-f.before)/int64(f.n))
}

func manyChans(n int) []chan int32 {
	f := beginFigure(n)
	c := make([]chan int32, n)
	for i := range c {
		c[i] = make(chan int32, 1)
		c[i] <- int32(i)
	}
	f.say("channels")
	return c
}

func manyTimers(n int) []*time.Timer {
	f := beginFigure(n)
	t := make([]*time.Timer, n)
	for i := range t {
		ms := time.Duration(i * 7919 % n)
		t[i] = time.NewTimer(time.Hour + ms*time.Millisecond)
	}
	f.say("timers")
	return t
}

var _ = twin("ST-006", func() {
	const n, g = 1000000, 100000
	chans, timers := manyChans(n), manyTimers(n)
	gate, done := make(chan struct{}), make(chan struct{}, 100)
	var here int32
	f := beginFigure(g)
	for i := 0; i < g; i++ {
		go func() {
			<-gate
			atomic.AddInt32(&here, 1)
			done <- struct{}{}
		}()
	}
	for runtime.NumGoroutine() != g+1 {
		runtime.Gosched()
	}
	f.say("goroutines")
	close(gate)
	for i := 0; i < g; i++ {
		<-done
	}
	checkEq("those that came", atomic.LoadInt32(&here), int32(g))
	wrong, fired := 0, 0
	for i := range chans {
		if <-chans[i] != int32(i) {
			wrong++
		}
		if !timers[i].Stop() {
			fired++
		}
	}
	checkEq("wrong values", wrong, 0)
	checkEq("timers that fired", fired, 0)
})

// limitMemory leaves the process so many bytes more of address space.
func limitMemory(bytes int64) {
	most := uint64(statm(0) + bytes)
	err := syscall.Setrlimit(syscall.RLIMIT_AS,
		&syscall.Rlimit{Cur: most, Max: most})
	require(err == nil, "setrlimit: %v", err)
}

var _ = twin("ST-007", func() {
	gate := make(chan struct{})
	limitMemory(256 << 20)
	// large stacks: Go prints every goroutine that there is
	for i := 0; i < 1000000; i++ {
		go func(i int) {
			var large [100 << 10]byte
			large[i%len(large)] = 1
			<-gate
			say(string(large[:i%2]))
		}(i)
	}
})

var _ = twin("ST-007/make", func() {
	var kept []chan [1 << 15]byte
	limitMemory(256 << 20)
	for i := 0; i < 1000; i++ {
		kept = append(kept, make(chan [1 << 15]byte, 128))
	}
	_ = kept
})
