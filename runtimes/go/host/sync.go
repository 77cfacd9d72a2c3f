package main

// #include "table.h"
import "C"

import (
	"runtime/cgo"
	"sync"
	"sync/atomic"
	"unsafe"
)

// object gives the Go object of a sync type's storage in C memory, whose
// first word is its handle; all zero is a zero value not used yet.
func object[T any](storage unsafe.Pointer) *T {
	word := (*uint64)(storage)
	if h := atomic.LoadUint64(word); h != 0 {
		return cgo.Handle(h).Value().(*T)
	}
	h := cgo.NewHandle(new(T))
	if !atomic.CompareAndSwapUint64(word, 0, uint64(h)) {
		h.Delete()
		h = cgo.Handle(atomic.LoadUint64(word))
	}
	return h.Value().(*T)
}

func mutexOf(m *C.assay_mutex) *sync.Mutex {
	return object[sync.Mutex](unsafe.Pointer(m))
}

func rwmutexOf(m *C.assay_rwmutex) *sync.RWMutex {
	return object[sync.RWMutex](unsafe.Pointer(m))
}

func waitGroupOf(wg *C.assay_waitgroup) *sync.WaitGroup {
	return object[sync.WaitGroup](unsafe.Pointer(wg))
}

// acquire takes a lock in the ways that Go has: there is no timed one.
func acquire(lock func(), try func() bool, deadline C.int64_t) C.int {
	switch deadline {
	case C.ASSAY_FOREVER:
		lock()
		return C.ASSAY_OK
	case C.ASSAY_POLL:
		if try() {
			return C.ASSAY_OK
		}
		return C.ASSAY_AGAIN
	}
	return C.ASSAY_ENOTSUP
}

//export goMutexLock
func goMutexLock(m *C.assay_mutex, deadline C.int64_t) C.int {
	mu := mutexOf(m)
	return acquire(mu.Lock, mu.TryLock, deadline)
}

//export goMutexUnlock
func goMutexUnlock(m *C.assay_mutex) {
	mutexOf(m).Unlock()
}

//export goRwLock
func goRwLock(m *C.assay_rwmutex, deadline C.int64_t) C.int {
	mu := rwmutexOf(m)
	return acquire(mu.Lock, mu.TryLock, deadline)
}

//export goRwUnlock
func goRwUnlock(m *C.assay_rwmutex) {
	rwmutexOf(m).Unlock()
}

//export goRwRlock
func goRwRlock(m *C.assay_rwmutex, deadline C.int64_t) C.int {
	mu := rwmutexOf(m)
	return acquire(mu.RLock, mu.TryRLock, deadline)
}

//export goRwRunlock
func goRwRunlock(m *C.assay_rwmutex) {
	rwmutexOf(m).RUnlock()
}

//export goWgAdd
func goWgAdd(wg *C.assay_waitgroup, delta C.int64_t) (status C.int) {
	defer catchStatus(&status)
	waitGroupOf(wg).Add(int(delta))
	return C.ASSAY_OK
}

//export goWgWait
func goWgWait(wg *C.assay_waitgroup, deadline C.int64_t) (status C.int) {
	defer catchStatus(&status)
	if deadline != C.ASSAY_FOREVER {
		return C.ASSAY_ENOTSUP
	}
	waitGroupOf(wg).Wait()
	return C.ASSAY_OK
}

//export goWgGo
func goWgGo(wg *C.assay_waitgroup, fn C.assay_fn, arg unsafe.Pointer) C.int {
	waitGroupGo(waitGroupOf(wg), func() { enter(fn, arg) })
	return C.ASSAY_OK
}

//export goOnceDo
func goOnceDo(o *C.assay_once, fn C.assay_fn, arg unsafe.Pointer) {
	once := object[sync.Once](unsafe.Pointer(o))
	once.Do(func() { C.assay_go_call(fn, arg) })
}
