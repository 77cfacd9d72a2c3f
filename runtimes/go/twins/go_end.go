package twins

import (
	"runtime"
	"sync/atomic"
	"syscall"
)

var _ = twin("GO-025", func() {
	var called int32
	call := func() {
		ts := syscall.Timespec{Sec: 10}
		atomic.AddInt32(&called, 1)
		for syscall.Nanosleep(&ts, &ts) == syscall.EINTR {
		}
	}
	go call()
	go call()
	go func() {
		runtime.LockOSThread()
		call()
	}()
	check(becomes(&called, 3), "%d of 3 calls", atomic.LoadInt32(&called))
})
