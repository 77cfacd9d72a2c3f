package main

import (
	"sync"
	"unsafe"
)

// The storage that C gives a lock is that of Go's own type, whose zero value
// needs nothing to begin with.

// acquire takes a lock in the ways that Go has: there is no timed one.
func acquire(lock func(), try func() bool, deadline int64) int32 {
	switch deadline {
	case forever:
		lock()
		return statusOK
	case poll:
		if try() {
			return statusOK
		}
		return statusAgain
	}
	return statusNotSupported
}

func MutexLock(m *sync.Mutex, deadline int64) int32 {
	if m == nil {
		return statusInvalid
	}
	return acquire(m.Lock, m.TryLock, deadline)
}

func MutexUnlock(m *sync.Mutex) {
	if m != nil {
		m.Unlock()
	}
}

func RwLock(m *sync.RWMutex, deadline int64) int32 {
	if m == nil {
		return statusInvalid
	}
	return acquire(m.Lock, m.TryLock, deadline)
}

func RwUnlock(m *sync.RWMutex) {
	if m != nil {
		m.Unlock()
	}
}

func RwRlock(m *sync.RWMutex, deadline int64) int32 {
	if m == nil {
		return statusInvalid
	}
	return acquire(m.RLock, m.TryRLock, deadline)
}

func RwRunlock(m *sync.RWMutex) {
	if m != nil {
		m.RUnlock()
	}
}

func WgAdd(wg *sync.WaitGroup, delta int64) (status int32) {
	if wg == nil {
		return statusInvalid
	}
	defer catchStatus(&status)
	wg.Add(int(delta))
	return statusOK
}

func WgWait(wg *sync.WaitGroup, deadline int64) (status int32) {
	switch {
	case wg == nil:
		return statusInvalid
	case deadline != forever:
		return statusNotSupported
	}
	defer catchStatus(&status)
	wg.Wait()
	return statusOK
}

func OnceDo(o *sync.Once, fn, arg unsafe.Pointer) {
	if o != nil && fn != nil {
		o.Do(func() { callBody(fn, arg) })
	}
}

func wait(c *sync.Cond, l sync.Locker) (status int32) {
	defer catchStatus(&status)
	if c.L != l {
		c.L = l
	}
	c.Wait()
	return statusOK
}

func CondWait(c *sync.Cond, m *sync.Mutex) int32 {
	if c == nil || m == nil {
		return statusInvalid
	}
	return wait(c, m)
}

func CondWaitR(c *sync.Cond, m *sync.RWMutex) int32 {
	if c == nil || m == nil {
		return statusInvalid
	}
	return wait(c, m.RLocker())
}

func CondSignal(c *sync.Cond) (status int32) {
	if c == nil {
		return statusInvalid
	}
	defer catchStatus(&status)
	c.Signal()
	return statusOK
}

func CondBroadcast(c *sync.Cond) (status int32) {
	if c == nil {
		return statusInvalid
	}
	defer catchStatus(&status)
	c.Broadcast()
	return statusOK
}

//extern assay_gccgo_make
func callMake(fn, arg unsafe.Pointer) unsafe.Pointer

func PoolNew(fn, arg unsafe.Pointer) *sync.Pool {
	p := &sync.Pool{}
	if fn != nil {
		p.New = func() interface{} { return callMake(fn, arg) }
	}
	keep(unsafe.Pointer(p))
	return p
}

func PoolGet(p *sync.Pool) unsafe.Pointer {
	item, _ := p.Get().(unsafe.Pointer)
	return item
}

func PoolPut(p *sync.Pool, item unsafe.Pointer) {
	if item != nil {
		p.Put(item)
	}
}

func PoolFree(p *sync.Pool) {
	drop(unsafe.Pointer(p))
}
