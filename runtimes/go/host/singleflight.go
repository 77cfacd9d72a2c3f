//go:build singleflight

package main

// #include "table.h"
import "C"

import (
	"runtime/cgo"
	"unsafe"

	"golang.org/x/sync/singleflight"
)

func init() {
	C.assay_go_ext.flight = &C.assay_go_flight
}

func flightOf(h C.uintptr_t) *singleflight.Group {
	return cgo.Handle(h).Value().(*singleflight.Group)
}

//export goFlightNew
func goFlightNew() C.uintptr_t {
	return C.uintptr_t(cgo.NewHandle(new(singleflight.Group)))
}

// noteGoexit is deferred by what may be ended by Go's own runtime.Goexit:
// that of another caller's function ends this one too.
func noteGoexit(g *goroutine, returned *bool) {
	if *returned {
		return
	}
	if value := recover(); value != nil {
		panic(value)
	}
	g.exiting = true
}

//export goFlightDo
func goFlightDo(h C.uintptr_t, key *C.char, call C.assay_call,
	arg unsafe.Pointer, value *unsafe.Pointer, shared *C.bool) C.int {
	returned := false
	defer noteGoexit(self(C.assay_go_self()), &returned)
	v, err, isShared := flightOf(h).Do(C.GoString(key), func() (any, error) {
		own := (*unsafe.Pointer)(C.calloc(1, C.size_t(ptrSize)))
		defer C.free(unsafe.Pointer(own))
		code := C.assay_go_result(call, arg, own)
		return *own, errorOf(code)
	})
	returned = true
	*value = v.(unsafe.Pointer)
	*shared = C.bool(isShared)
	return codeOf(err)
}

// storeResult gives C a struct assay_flight_result.
func storeResult(p unsafe.Pointer, r singleflight.Result) {
	out := (*C.struct_assay_flight_result)(p)
	out.value = r.Val.(unsafe.Pointer)
	out.error = C.int32_t(codeOf(r.Err))
	out.shared = 0
	if r.Shared {
		out.shared = 1
	}
}

//export goFlightDoChan
func goFlightDoChan(h C.uintptr_t, key *C.char, call C.assay_call,
	arg unsafe.Pointer) C.uintptr_t {
	c := flightOf(h).DoChan(C.GoString(key), func() (v any, err error) {
		own := (*unsafe.Pointer)(C.calloc(1, C.size_t(ptrSize)))
		defer C.free(unsafe.Pointer(own))
		enterBody(func(g C.uintptr_t) {
			err = errorOf(C.assay_go_enter_call(call, arg, own, g))
		})
		return *own, err
	})
	size := unsafe.Sizeof(C.struct_assay_flight_result{})
	return C.uintptr_t(cgo.NewHandle(newRecvOnly(c, size, storeResult)))
}

//export goFlightForget
func goFlightForget(h C.uintptr_t, key *C.char) {
	flightOf(h).Forget(C.GoString(key))
}

//export goFlightFree
func goFlightFree(h C.uintptr_t) {
	cgo.Handle(h).Delete()
}
