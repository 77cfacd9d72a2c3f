package twins

import (
	"sync/atomic"
	"time"
)

var _ = twin("TM-054", func() {
	var stopped, finished int32
	c := make(chan struct{}, 1)
	for i := 0; i < 10; i++ {
		time.AfterFunc(time.Microsecond, func() {
			atomic.StoreInt32(&stopped, 1)
		})
	}
	go func() {
		for atomic.LoadInt32(&stopped) == 0 {
			c <- struct{}{}
		}
		close(c)
		atomic.AddInt32(&finished, 1)
	}()
	go func() {
		for range c {
		}
		atomic.AddInt32(&finished, 1)
	}()
	check(becomes(&finished, 2), "after_func was starved")
})
