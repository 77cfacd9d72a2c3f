//go:build go1.23

package main

// #include "table.h"
import "C"

func init() {
	C.assay_go_map_123()
}

//export goMapClear
func goMapClear(h C.uintptr_t) {
	mapOf(h).Clear()
}
