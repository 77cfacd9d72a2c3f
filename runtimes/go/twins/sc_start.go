package twins

import (
	"runtime"
	"sync/atomic"
)

var _ = twin("SC-039", func() {
	const many = 10000
	var n int32
	checkEq("GOMAXPROCS", runtime.GOMAXPROCS(0), 1024)
	for i := 0; i < many; i++ {
		go func() {
			runtime.Gosched()
			atomic.AddInt32(&n, 1)
		}()
	}
	check(becomes(&n, many), "%d of %d ran", atomic.LoadInt32(&n), many)
	<-make(chan int)
})
