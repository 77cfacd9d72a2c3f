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

// foreignAfter is a foreign one that has Go's AfterFunc.
type foreignAfter struct {
	foreign
	hooks C.struct_assay_end_hooks
}

func (f *foreignAfter) AfterFunc(fn func()) func() bool {
	h := cgo.NewHandle(fn)
	added := C.assay_go_hook_add(&f.hooks, C.uintptr_t(h))
	return func() bool {
		stopped := bool(C.assay_go_hook_remove(&f.hooks, added))
		if stopped {
			h.Delete()
		}
		return stopped
	}
}

//export goCallHook
func goCallHook(h C.uintptr_t) {
	cgo.Handle(h).Value().(func())()
	cgo.Handle(h).Delete()
}

//export goForeignAfter
func goForeignAfter(done C.uintptr_t, hooks C.struct_assay_end_hooks,
	out *C.uintptr_t) C.int {
	p, ok := channelOf(done).(*plug[struct{}])
	if !ok {
		return C.ASSAY_EINVAL
	}
	*out = giveCtx(&ctx{Context: &foreignAfter{foreign{p.c}, hooks}})
	return C.ASSAY_OK
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
