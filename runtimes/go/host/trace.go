package main

// #include "table.h"
import "C"

import (
	"bufio"
	"context"
	"os"
	"runtime/trace"
	"sync"
)

// traced guards what belongs to the trace that is on.
var traced struct {
	sync.Mutex
	file *os.File
	to   *bufio.Writer
}

//export goTraceStart
func goTraceStart(path *C.char) C.int {
	traced.Lock()
	defer traced.Unlock()
	if traced.file != nil {
		return C.ASSAY_EBUSY
	}
	f, err := os.Create(C.GoString(path))
	if err != nil {
		return C.ASSAY_EINVAL
	}
	to := bufio.NewWriter(f)
	if err := trace.Start(to); err != nil {
		f.Close()
		return C.ASSAY_EBUSY
	}
	traced.file, traced.to = f, to
	return C.ASSAY_OK
}

//export goTraceStop
func goTraceStop() {
	traced.Lock()
	defer traced.Unlock()
	trace.Stop()
	if traced.file != nil {
		traced.to.Flush()
		traced.file.Close()
		traced.file = nil
	}
}

//export goTraceEnabled
func goTraceEnabled() C.bool {
	return C.bool(trace.IsEnabled())
}

// tasks has the tasks by their numbers, which are Go's own: nobody else in this
// program makes any.
var tasks struct {
	sync.Mutex
	made []task
}

type task struct {
	ctx  context.Context
	task *trace.Task
}

func taskContext(id C.uint64_t) context.Context {
	tasks.Lock()
	defer tasks.Unlock()
	if id == 0 || int(id) > len(tasks.made) {
		return context.Background()
	}
	return tasks.made[id-1].ctx
}

//export goTaskBegin
func goTaskBegin(parent C.uint64_t, name *C.char) C.uint64_t {
	in := taskContext(parent)
	tasks.Lock()
	defer tasks.Unlock()
	ctx, t := trace.NewTask(in, C.GoString(name))
	tasks.made = append(tasks.made, task{ctx, t})
	return C.uint64_t(len(tasks.made))
}

//export goTaskEnd
func goTaskEnd(id C.uint64_t) {
	tasks.Lock()
	defer tasks.Unlock()
	if id > 0 && int(id) <= len(tasks.made) {
		tasks.made[id-1].task.End()
	}
}

// regions has the open regions of each goroutine, by its handle.
var regions struct {
	sync.Mutex
	open map[uintptr][]*trace.Region
}

//export goRegionBegin
func goRegionBegin(self C.uintptr_t, id C.uint64_t, name *C.char) {
	r := trace.StartRegion(taskContext(id), C.GoString(name))
	regions.Lock()
	defer regions.Unlock()
	if regions.open == nil {
		regions.open = map[uintptr][]*trace.Region{}
	}
	g := uintptr(self)
	regions.open[g] = append(regions.open[g], r)
}

// goRegionEnd ends the innermost: what it began with, it ends with.
//
//export goRegionEnd
func goRegionEnd(self C.uintptr_t, id C.uint64_t, name *C.char) {
	regions.Lock()
	defer regions.Unlock()
	g := uintptr(self)
	if n := len(regions.open[g]); n > 0 {
		regions.open[g][n-1].End()
		regions.open[g] = regions.open[g][:n-1]
	}
}

//export goTraceLog
func goTraceLog(id C.uint64_t, category, message *C.char) {
	trace.Log(taskContext(id), C.GoString(category), C.GoString(message))
}
