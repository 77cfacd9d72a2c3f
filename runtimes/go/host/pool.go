package main

// #include "table.h"
import "C"

import (
	"runtime/cgo"
	"sync"
	"unsafe"
)

// goPoolNew: makeItem is NULL for a pool that is never filled.
//
//export goPoolNew
func goPoolNew(makeItem C.make_fn, arg unsafe.Pointer) C.uintptr_t {
	p := &sync.Pool{}
	if makeItem != nil {
		p.New = func() any { return C.assay_go_make(makeItem, arg) }
	}
	return C.uintptr_t(cgo.NewHandle(p))
}

func poolOf(h C.uintptr_t) *sync.Pool {
	return cgo.Handle(h).Value().(*sync.Pool)
}

//export goPoolGet
func goPoolGet(h C.uintptr_t) unsafe.Pointer {
	item, _ := poolOf(h).Get().(unsafe.Pointer)
	return item
}

//export goPoolPut
func goPoolPut(h C.uintptr_t, item unsafe.Pointer) {
	if item == nil {
		poolOf(h).Put(nil)
		return
	}
	poolOf(h).Put(item)
}

//export goPoolFree
func goPoolFree(h C.uintptr_t) {
	cgo.Handle(h).Delete()
}
