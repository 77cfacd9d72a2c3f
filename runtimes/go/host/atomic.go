package main

// #include "table.h"
import "C"

import (
	"sync/atomic"
	"unsafe"
)

func i32(p *C.int32_t) *int32              { return (*int32)(p) }
func i64(p *C.int64_t) *int64              { return (*int64)(p) }
func ptr(p unsafe.Pointer) *unsafe.Pointer { return (*unsafe.Pointer)(p) }

//export goAdd32
func goAdd32(p *C.int32_t, delta C.int32_t) C.int32_t {
	return C.int32_t(atomic.AddInt32(i32(p), int32(delta)))
}

//export goLoad32
func goLoad32(p *C.int32_t) C.int32_t {
	return C.int32_t(atomic.LoadInt32(i32(p)))
}

//export goStore32
func goStore32(p *C.int32_t, v C.int32_t) {
	atomic.StoreInt32(i32(p), int32(v))
}

//export goSwap32
func goSwap32(p *C.int32_t, v C.int32_t) C.int32_t {
	return C.int32_t(atomic.SwapInt32(i32(p), int32(v)))
}

//export goCas32
func goCas32(p *C.int32_t, old, v C.int32_t) C.bool {
	return C.bool(atomic.CompareAndSwapInt32(i32(p), int32(old), int32(v)))
}

//export goAdd64
func goAdd64(p *C.int64_t, delta C.int64_t) C.int64_t {
	return C.int64_t(atomic.AddInt64(i64(p), int64(delta)))
}

//export goLoad64
func goLoad64(p *C.int64_t) C.int64_t {
	return C.int64_t(atomic.LoadInt64(i64(p)))
}

//export goStore64
func goStore64(p *C.int64_t, v C.int64_t) {
	atomic.StoreInt64(i64(p), int64(v))
}

//export goSwap64
func goSwap64(p *C.int64_t, v C.int64_t) C.int64_t {
	return C.int64_t(atomic.SwapInt64(i64(p), int64(v)))
}

//export goCas64
func goCas64(p *C.int64_t, old, v C.int64_t) C.bool {
	return C.bool(atomic.CompareAndSwapInt64(i64(p), int64(old), int64(v)))
}

//export goLoadp
func goLoadp(p unsafe.Pointer) unsafe.Pointer {
	return atomic.LoadPointer(ptr(p))
}

//export goStorep
func goStorep(p, v unsafe.Pointer) {
	atomic.StorePointer(ptr(p), v)
}

//export goSwapp
func goSwapp(p, v unsafe.Pointer) unsafe.Pointer {
	return atomic.SwapPointer(ptr(p), v)
}

//export goCasp
func goCasp(p, old, v unsafe.Pointer) C.bool {
	return C.bool(atomic.CompareAndSwapPointer(ptr(p), old, v))
}
