//go:build go1.21

package main

// #include "table.h"
import "C"

import (
	"context"
	"runtime/cgo"
	"time"
	"unsafe"
)

const haveCauses = true

func init() {
	C.assay_go_context_121()
}

func withCancel(parent context.Context) (context.Context, func(error)) {
	return context.WithCancelCause(parent)
}

func withDeadline(parent context.Context, t time.Time, cause error) (
	context.Context, func()) {
	return context.WithDeadlineCause(parent, t, cause)
}

//export goWithoutCancel
func goWithoutCancel(parent C.uintptr_t, out *C.uintptr_t) (status C.int) {
	defer catchStatus(&status)
	*out = giveCtx(&ctx{Context: context.WithoutCancel(parentOf(parent))})
	return C.ASSAY_OK
}

//export goContextCause
func goContextCause(h C.uintptr_t) C.int {
	return codeOf(context.Cause(ctxOf(h)))
}

// C holds the function that stops.
//
//export goContextAfterFunc
func goContextAfterFunc(h C.uintptr_t, fn C.assay_fn,
	arg unsafe.Pointer) C.uintptr_t {
	stop := context.AfterFunc(ctxOf(h), func() { enter(fn, arg) })
	return C.uintptr_t(cgo.NewHandle(stop))
}

//export goContextAfterStop
func goContextAfterStop(h C.uintptr_t) C.bool {
	return C.bool(cgo.Handle(h).Value().(func() bool)())
}

//export goContextAfterFree
func goContextAfterFree(h C.uintptr_t) {
	cgo.Handle(h).Delete()
}
