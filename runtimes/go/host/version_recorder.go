//go:build go1.25

package main

// #include "table.h"
import "C"

import (
	"os"
	"runtime/trace"
	"strings"
	"sync"
	"time"
)

const haveRecorder = true

var recorder struct {
	sync.Mutex
	it *trace.FlightRecorder
}

func currentRecorder() *trace.FlightRecorder {
	recorder.Lock()
	defer recorder.Unlock()
	return recorder.it
}

//export goRecorderStart
func goRecorderStart(minAge C.int64_t, maxBytes C.uint64_t) C.int {
	recorder.Lock()
	defer recorder.Unlock()
	if recorder.it != nil && recorder.it.Enabled() {
		if recorder.it.Start() == nil {
			return C.ASSAY_OK
		}
		return C.ASSAY_EBUSY
	}
	recorder.it = trace.NewFlightRecorder(trace.FlightRecorderConfig{
		MinAge:   time.Duration(minAge),
		MaxBytes: uint64(maxBytes),
	})
	if recorder.it.Start() != nil {
		return C.ASSAY_EBUSY
	}
	return C.ASSAY_OK
}

//export goRecorderStop
func goRecorderStop() {
	if r := currentRecorder(); r != nil {
		r.Stop()
	}
}

//export goRecorderEnabled
func goRecorderEnabled() C.bool {
	r := currentRecorder()
	return C.bool(r != nil && r.Enabled())
}

//export goRecorderWrite
func goRecorderWrite(path *C.char, bytes *C.uint64_t) C.int {
	r := currentRecorder()
	if r == nil || !r.Enabled() {
		return C.ASSAY_EINVAL
	}
	f, err := os.Create(C.GoString(path))
	if err != nil {
		return C.ASSAY_EINVAL
	}
	defer f.Close()
	n, err := r.WriteTo(f)
	if err != nil {
		if strings.Contains(err.Error(), "already in progress") {
			return C.ASSAY_WRITING
		}
		return C.ASSAY_EINVAL
	}
	if bytes != nil {
		*bytes = C.uint64_t(n)
	}
	return C.ASSAY_OK
}
