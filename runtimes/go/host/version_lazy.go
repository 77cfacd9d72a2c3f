//go:build go1.21

package main

// #include "table.h"
import "C"

import (
	"runtime/cgo"
	"sync"
	"unsafe"
)

func init() {
	C.assay_go_ext.lazy = &C.assay_go_lazy
}

// C holds the function that gives the value.
//
//export goLazyNew
func goLazyNew(makeValue C.make_fn, arg unsafe.Pointer) C.uintptr_t {
	value := sync.OnceValue(func() unsafe.Pointer {
		return C.assay_go_make(makeValue, arg)
	})
	return C.uintptr_t(cgo.NewHandle(value))
}

//export goLazyGet
func goLazyGet(h C.uintptr_t) unsafe.Pointer {
	return cgo.Handle(h).Value().(func() unsafe.Pointer)()
}

//export goLazyFree
func goLazyFree(h C.uintptr_t) {
	cgo.Handle(h).Delete()
}
