//go:build go1.20

package main

// #include "table.h"
import "C"

import "unsafe"

func init() {
	C.assay_go_map_120()
}

//export goMapSwap
func goMapSwap(h C.uintptr_t, key uint64, value unsafe.Pointer,
	previous *unsafe.Pointer) C.bool {
	v, loaded := mapOf(h).Swap(key, value)
	tell(previous, v)
	return C.bool(loaded)
}

//export goMapCompareAndSwap
func goMapCompareAndSwap(h C.uintptr_t, key uint64,
	old, value unsafe.Pointer) C.bool {
	return C.bool(mapOf(h).CompareAndSwap(key, old, value))
}

//export goMapCompareAndDelete
func goMapCompareAndDelete(h C.uintptr_t, key uint64,
	old unsafe.Pointer) C.bool {
	return C.bool(mapOf(h).CompareAndDelete(key, old))
}
