package twins

// Rows with many goroutines: with a C body each would have a thread.

import (
	"runtime"
	"sync/atomic"
	"time"
)

var _ = twin("GO-010", func() {
	const n = 10000
	var hops int32
	leftmost := make(chan int)
	right := leftmost
	for i := 0; i < n; i++ {
		left := right
		right = make(chan int)
		go func(left, right chan int) {
			v := <-right
			atomic.AddInt32(&hops, 1)
			left <- v
		}(left, right)
	}
	right <- 1
	checkEq("the value", <-leftmost, 1)
	checkEq("hops", atomic.LoadInt32(&hops), int32(n))
})

// liveBecomes polls for n live goroutines, up to limit; the last count.
func liveBecomes(n int, limit time.Duration) int {
	end := time.Now().Add(upto(limit))
	for runtime.NumGoroutine() != n && time.Now().Before(end) {
		time.Sleep(time.Millisecond / 5)
	}
	return runtime.NumGoroutine()
}

var _ = twin("GO-012", func() {
	const n = 1000
	gate := make(chan struct{})
	checkEq("live at first", runtime.NumGoroutine(), 1)
	for i := 0; i < n; i++ {
		go func() { <-gate }()
	}
	checkEq("live", runtime.NumGoroutine(), n+1)
	settle(n)
	checkEq("live when parked", runtime.NumGoroutine(), n+1)
	close(gate)
	checkEq("live in the end", liveBecomes(1, time.Second), 1)
})
