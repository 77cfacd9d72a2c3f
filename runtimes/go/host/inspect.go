package main

// #include "table.h"
import "C"

import (
	"bytes"
	"context"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"sync/atomic"
	"time"
	"unsafe"

	"assay/runtimes/go/twins"
)

//export goNumGoroutine
func goNumGoroutine() C.int64_t {
	return C.int64_t(runtime.NumGoroutine())
}

//export goNumWaiting
func goNumWaiting() C.int64_t {
	return C.int64_t(twins.Waiting()) - C.int64_t(atomic.LoadInt64(&passing))
}

//export goGomaxprocs
func goGomaxprocs(n C.int32_t) C.int32_t {
	return C.int32_t(runtime.GOMAXPROCS(int(n)))
}

//export goNumCpu
func goNumCpu() C.int32_t {
	return C.int32_t(runtime.NumCPU())
}

// goState reads the header of the goroutine in a dump.  One that runs its C
// body is in a system call for Go: it runs.
//
//export goState
func goState(id C.int64_t, buf *C.char, n C.size_t) C.int {
	head := []byte("goroutine " + strconv.FormatInt(int64(id), 10) + " ")
	for _, line := range bytes.Split(twins.Dump(), []byte("\n")) {
		state, ok := twins.State(line)
		if !ok || !bytes.HasPrefix(line, head) {
			continue
		}
		if state == "syscall" {
			state = "running"
		}
		fill(buf, n, []byte(state))
		return C.ASSAY_OK
	}
	return C.ASSAY_EINVAL
}

//export goDump
func goDump(buf *C.char, n C.size_t) C.size_t {
	dump := twins.Dump()
	fill(buf, n, dump)
	return C.size_t(len(dump))
}

// goLeaks is Go's own leak profile.  Every channel that C has made is in a table
// of handles, so it finds those alone that wait for nil.
//
//export goLeaks
func goLeaks(buf *C.char, n C.size_t) C.size_t {
	leaks := twins.Leaks()
	fill(buf, n, leaks)
	return C.size_t(len(leaks))
}

//export goSetLabels
func goSetLabels(labels *C.struct_assay_label, n C.size_t) {
	var all []string
	for _, l := range unsafe.Slice(labels, n) {
		all = append(all, C.GoString(l.key), C.GoString(l.value))
	}
	ctx := pprof.WithLabels(context.Background(), pprof.Labels(all...))
	pprof.SetGoroutineLabels(ctx)
}

// fill copies text to C's buffer, cut to n bytes with its NUL.
func fill(buf *C.char, n C.size_t, text []byte) {
	if n == 0 || buf == nil {
		return
	}
	room := unsafe.Slice((*byte)(unsafe.Pointer(buf)), n)
	room[copy(room[:n-1], text)] = 0
}

//export goCheckpoint
func goCheckpoint() {}

//export goBlockingCall
func goBlockingCall(fn C.assay_fn, arg unsafe.Pointer) {
	C.assay_go_call(fn, arg)
}

//export goLockThread
func goLockThread() {
	runtime.LockOSThread()
}

//export goUnlockThread
func goUnlockThread() {
	runtime.UnlockOSThread()
}

//export goMaxThreads
func goMaxThreads(n C.int64_t) C.int64_t {
	if n > 0 {
		return C.int64_t(debug.SetMaxThreads(int(n)))
	}
	old := debug.SetMaxThreads(3 * maxGoroutines)
	debug.SetMaxThreads(old)
	return C.int64_t(old)
}

var randomState = uint64(time.Now().UnixNano())

func random() uint64 {
	z := atomic.AddUint64(&randomState, 0x9e3779b97f4a7c15)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	return z ^ z>>31
}
