//go:build go1.25

package main

// #include "table.h"
import "C"

import "unsafe"

const haveBubble = true

// testing/synctest asks for a test and reports through it.  What it is made of
// is linked by name, which the linker allows with -checklinkname=0.

//go:linkname synctestRun internal/synctest.Run
func synctestRun(f func())

//go:linkname synctestWait internal/synctest.Wait
func synctestWait()

//go:linkname inBubble internal/synctest.IsInBubble
func inBubble() bool

//export goBubbleRun
func goBubbleRun(fn C.assay_fn, arg unsafe.Pointer,
	flags C.uint32_t) (status C.int) {
	if fn == nil {
		return C.ASSAY_EINVAL
	}
	if flags != 0 {
		return C.ASSAY_ENOTSUP
	}
	defer catchStatus(&status)
	synctestRun(func() { enter(fn, arg) })
	return C.ASSAY_OK
}

//export goBubbleWait
func goBubbleWait() (status C.int) {
	defer catchStatus(&status)
	synctestWait()
	return C.ASSAY_OK
}
