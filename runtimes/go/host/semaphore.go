//go:build semaphore

package main

// #include "table.h"
import "C"

import (
	"runtime/cgo"

	"golang.org/x/sync/semaphore"
)

func init() {
	C.assay_go_ext.semaphore = &C.assay_go_semaphore
}

func semaphoreOf(h C.uintptr_t) *semaphore.Weighted {
	return cgo.Handle(h).Value().(*semaphore.Weighted)
}

//export goSemaphoreNew
func goSemaphoreNew(n C.int64_t) C.uintptr_t {
	return C.uintptr_t(cgo.NewHandle(semaphore.NewWeighted(int64(n))))
}

//export goSemaphoreAcquire
func goSemaphoreAcquire(h, c C.uintptr_t, n C.int64_t) C.int {
	return codeOf(semaphoreOf(h).Acquire(ctxOf(c), int64(n)))
}

//export goSemaphoreTryAcquire
func goSemaphoreTryAcquire(h C.uintptr_t, n C.int64_t) C.int {
	if semaphoreOf(h).TryAcquire(int64(n)) {
		return C.ASSAY_OK
	}
	return C.ASSAY_AGAIN
}

//export goSemaphoreRelease
func goSemaphoreRelease(h C.uintptr_t, n C.int64_t) (status C.int) {
	defer catchStatus(&status)
	semaphoreOf(h).Release(int64(n))
	return C.ASSAY_OK
}

//export goSemaphoreFree
func goSemaphoreFree(h C.uintptr_t) {
	cgo.Handle(h).Delete()
}
