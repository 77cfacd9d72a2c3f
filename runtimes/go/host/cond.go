package main

// #include "table.h"
import "C"

import (
	"sync"
	"unsafe"
)

// A sync.Cond and where C keeps it.  Its lock is known with the first wait;
// mu guards home and the change of cond.L.
type cond struct {
	mu   sync.Mutex
	home unsafe.Pointer
	cond sync.Cond
}

// condOf gives the Cond for use; one that C has copied is copied in Go too,
// and Go finds that out itself.
func condOf(c *C.assay_cond, l sync.Locker) *sync.Cond {
	p := unsafe.Pointer(c)
	o := object[cond](p)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.home == nil {
		o.home = p
	}
	if l != nil && o.cond.L != l {
		o.cond.L = l
	}
	if o.home == p {
		return &o.cond
	}
	dup := new(cond)
	dup.cond = o.cond
	return &dup.cond
}

//export goCondWait
func goCondWait(c *C.assay_cond, m *C.assay_mutex) (status C.int) {
	defer catchStatus(&status)
	condOf(c, mutexOf(m)).Wait()
	return C.ASSAY_OK
}

//export goCondWaitR
func goCondWaitR(c *C.assay_cond, m *C.assay_rwmutex) (status C.int) {
	defer catchStatus(&status)
	condOf(c, rwmutexOf(m).RLocker()).Wait()
	return C.ASSAY_OK
}

//export goCondSignal
func goCondSignal(c *C.assay_cond) (status C.int) {
	defer catchStatus(&status)
	condOf(c, nil).Signal()
	return C.ASSAY_OK
}

//export goCondBroadcast
func goCondBroadcast(c *C.assay_cond) (status C.int) {
	defer catchStatus(&status)
	condOf(c, nil).Broadcast()
	return C.ASSAY_OK
}
