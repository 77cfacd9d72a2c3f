package main

// #include "table.h"
import "C"

import (
	"bytes"
	"runtime"
	"runtime/pprof"
	"syscall"
)

//export goProfileWrite
func goProfileWrite(name *C.char, debug C.int32_t, fd C.int) C.int {
	p := pprof.Lookup(C.GoString(name))
	if p == nil {
		return C.ASSAY_EINVAL
	}
	var text bytes.Buffer
	if p.WriteTo(&text, int(debug)) != nil {
		return C.ASSAY_ENOMEM
	}
	for text.Len() > 0 {
		n, err := syscall.Write(int(fd), text.Bytes())
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return C.ASSAY_EINVAL
		}
		text.Next(n)
	}
	return C.ASSAY_OK
}

//export goBlockRate
func goBlockRate(ns C.int64_t) {
	runtime.SetBlockProfileRate(int(ns))
}

//export goMutexFraction
func goMutexFraction(n C.int64_t) {
	runtime.SetMutexProfileFraction(int(n))
}
