package main

// #include "table.h"
import "C"

import (
	"runtime/cgo"
	"sync"
	"unsafe"
)

// Keys are uint64, values unsafe.Pointer.

func mapOf(h C.uintptr_t) *sync.Map {
	return cgo.Handle(h).Value().(*sync.Map)
}

// tell stores what a call found; NULL for nothing.
func tell(out *unsafe.Pointer, value any) {
	*out, _ = value.(unsafe.Pointer)
}

//export goMapNew
func goMapNew() C.uintptr_t {
	return C.uintptr_t(cgo.NewHandle(new(sync.Map)))
}

//export goMapFree
func goMapFree(h C.uintptr_t) {
	cgo.Handle(h).Delete()
}

//export goMapLoad
func goMapLoad(h C.uintptr_t, key uint64, value *unsafe.Pointer) C.bool {
	v, ok := mapOf(h).Load(key)
	tell(value, v)
	return C.bool(ok)
}

//export goMapStore
func goMapStore(h C.uintptr_t, key uint64, value unsafe.Pointer) {
	mapOf(h).Store(key, value)
}

//export goMapLoadOrStore
func goMapLoadOrStore(h C.uintptr_t, key uint64, value unsafe.Pointer,
	actual *unsafe.Pointer) C.bool {
	v, loaded := mapOf(h).LoadOrStore(key, value)
	tell(actual, v)
	return C.bool(loaded)
}

//export goMapLoadAndDelete
func goMapLoadAndDelete(h C.uintptr_t, key uint64,
	value *unsafe.Pointer) C.bool {
	v, loaded := mapOf(h).LoadAndDelete(key)
	tell(value, v)
	return C.bool(loaded)
}

//export goMapRange
func goMapRange(h C.uintptr_t, fn C.visit_fn, arg unsafe.Pointer) {
	mapOf(h).Range(func(key, value any) bool {
		return bool(C.assay_go_visit(fn, arg,
			C.uint64_t(key.(uint64)), value.(unsafe.Pointer)))
	})
}
