package main

// #include "table.h"
import "C"

import (
	"math"
	"reflect"
	"runtime/cgo"
	"sync/atomic"
	"time"
	"unsafe"
)

// channel is a Go channel as C sees it: values are bytes in C memory.
type channel interface {
	send(v unsafe.Pointer, deadline int64) C.int
	recv(out unsafe.Pointer, deadline int64) C.int
	close() C.int
	len() int
	cap() int
	// selectCase prepares a case; of a send it takes the value now.
	selectCase(dir C.int32_t, v unsafe.Pointer) (reflect.SelectCase, bool)
	// received stores what select received.
	received(out unsafe.Pointer, v reflect.Value, ok bool) C.int
	// isClosed is set after close; reflect.Select does not say which
	// case panicked.
	isClosed() bool
}

// plug is the one implementation: a channel of T and how T lies in C memory.
//
// Before it waits with a deadline it looks without one: Go's select takes a
// timer that has fired as readily as the other case.
type plug[T any] struct {
	c        chan T
	size     uintptr
	recvOnly bool // Go's own: a timer's, a context's
	load     func(p unsafe.Pointer, size uintptr) T
	store    func(p unsafe.Pointer, v T)
	closed   int32
}

func bytesOf(p unsafe.Pointer, size uintptr) []byte {
	return unsafe.Slice((*byte)(p), size)
}

// newBytes makes a channel of elements of size bytes; each is a copy.
func newBytes(size uintptr, n int) channel {
	return &plug[string]{
		c:    make(chan string, n),
		size: size,
		load: func(p unsafe.Pointer, size uintptr) string {
			return string(bytesOf(p, size))
		},
		store: func(p unsafe.Pointer, v string) {
			copy(bytesOf(p, size), v)
		},
	}
}

func loadNothing(unsafe.Pointer, uintptr) (v struct{}) { return }
func storeNothing(unsafe.Pointer, struct{})            {}

// newSignals makes a channel of elements of no size.
func newSignals(n int) channel {
	return &plug[struct{}]{
		c:     make(chan struct{}, n),
		load:  loadNothing,
		store: storeNothing,
	}
}

// newRecvOnly plugs a channel of Go's own in as it is; C may only receive.
func newRecvOnly[T any](c <-chan T, size uintptr,
	store func(p unsafe.Pointer, v T)) channel {
	return &plug[T]{
		c:        *(*chan T)(unsafe.Pointer(&c)),
		size:     size,
		recvOnly: true,
		store:    store,
	}
}

// newTimes is the channel of a timer: C receives nanoseconds of now().
func newTimes(c <-chan time.Time) channel {
	return newRecvOnly(c, 8, func(p unsafe.Pointer, v time.Time) {
		*(*int64)(p) = nanoseconds(v)
	})
}

var nilChannel channel = &plug[struct{}]{
	load:  loadNothing,
	store: storeNothing,
}

func channelOf(h C.uintptr_t) channel {
	if h == 0 {
		return nilChannel
	}
	return cgo.Handle(h).Value().(channel)
}

func (p *plug[T]) canSend(v unsafe.Pointer) bool {
	return !p.recvOnly && (v != nil || p.size == 0)
}

func (p *plug[T]) send(v unsafe.Pointer, deadline int64) (status C.int) {
	defer catchStatus(&status)
	if !p.canSend(v) {
		return C.ASSAY_EINVAL
	}
	x := p.load(v, p.size)
	switch deadline {
	case C.ASSAY_FOREVER:
		p.c <- x
	case C.ASSAY_POLL:
		select {
		case p.c <- x:
		default:
			return C.ASSAY_AGAIN
		}
	default:
		if status := p.send(v, C.ASSAY_POLL); status != C.ASSAY_AGAIN {
			return status
		}
		t := timerAt(deadline)
		defer t.Stop()
		select {
		case p.c <- x:
		case <-t.C:
			return C.ASSAY_TIMEOUT
		}
	}
	return C.ASSAY_OK
}

func (p *plug[T]) recv(out unsafe.Pointer, deadline int64) C.int {
	var x T
	var ok bool
	switch deadline {
	case C.ASSAY_FOREVER:
		x, ok = <-p.c
	case C.ASSAY_POLL:
		select {
		case x, ok = <-p.c:
		default:
			return C.ASSAY_AGAIN
		}
	default:
		if status := p.recv(out, C.ASSAY_POLL); status != C.ASSAY_AGAIN {
			return status
		}
		t := timerAt(deadline)
		defer t.Stop()
		select {
		case x, ok = <-p.c:
		case <-t.C:
			return C.ASSAY_TIMEOUT
		}
	}
	return p.deliver(out, x, ok)
}

func (p *plug[T]) deliver(out unsafe.Pointer, x T, ok bool) C.int {
	switch {
	case out == nil:
	case ok:
		p.store(out, x)
	default:
		zero := bytesOf(out, p.size)
		for i := range zero {
			zero[i] = 0
		}
	}
	if !ok {
		return C.ASSAY_CLOSED
	}
	return C.ASSAY_OK
}

func (p *plug[T]) close() (status C.int) {
	defer catchStatus(&status)
	if p.recvOnly {
		return C.ASSAY_EINVAL
	}
	close(p.c)
	atomic.StoreInt32(&p.closed, 1)
	return C.ASSAY_OK
}

func (p *plug[T]) len() int       { return len(p.c) }
func (p *plug[T]) cap() int       { return cap(p.c) }
func (p *plug[T]) isClosed() bool { return atomic.LoadInt32(&p.closed) != 0 }

func (p *plug[T]) selectCase(dir C.int32_t, v unsafe.Pointer) (
	reflect.SelectCase, bool) {
	c := reflect.SelectCase{Chan: reflect.ValueOf(p.c)}
	switch {
	case dir == C.ASSAY_RECV:
		c.Dir = reflect.SelectRecv
	case dir == C.ASSAY_SEND && p.canSend(v):
		c.Dir = reflect.SelectSend
		c.Send = reflect.ValueOf(p.load(v, p.size))
	default:
		return c, false
	}
	return c, true
}

func (p *plug[T]) received(out unsafe.Pointer, v reflect.Value,
	ok bool) C.int {
	return p.deliver(out, v.Interface().(T), ok)
}

// goChanMake leaves it to Go to judge the size of a large buffer, by a
// channel of arrays.
//
//export goChanMake
func goChanMake(size C.size_t, n C.int64_t, status *C.int) C.uintptr_t {
	*status = C.ASSAY_OK
	defer catchStatus(status)
	if size > math.MaxInt64 {
		*status = C.ASSAY_CHAN_SIZE
		return 0
	}
	if size == 0 {
		return C.uintptr_t(cgo.NewHandle(newSignals(int(n))))
	}
	if n > 0 && size > 1<<30/C.size_t(n) {
		judgeSize(int(size), int(n))
	}
	return C.uintptr_t(cgo.NewHandle(newBytes(uintptr(size), int(n))))
}

// judgeSize panics as make does if n arrays of size bytes are too many.
func judgeSize(size, n int) {
	const largest = 1<<16 - 1 // element of a Go channel
	for size > largest && n <= math.MaxInt64/2 {
		size, n = (size+1)/2, 2*n
	}
	if size > largest {
		size = largest
	}
	array := reflect.ArrayOf(size, reflect.TypeOf(byte(0)))
	reflect.MakeChan(reflect.ChanOf(reflect.BothDir, array), n)
}

//export goChanFree
func goChanFree(h C.uintptr_t) {
	cgo.Handle(h).Delete()
}

//export goChanSend
func goChanSend(h C.uintptr_t, v unsafe.Pointer, deadline C.int64_t) C.int {
	return channelOf(h).send(v, int64(deadline))
}

//export goChanRecv
func goChanRecv(h C.uintptr_t, out unsafe.Pointer,
	deadline C.int64_t) C.int {
	return channelOf(h).recv(out, int64(deadline))
}

//export goChanClose
func goChanClose(h C.uintptr_t) C.int {
	return channelOf(h).close()
}

//export goChanLen
func goChanLen(h C.uintptr_t) C.int64_t {
	return C.int64_t(channelOf(h).len())
}

//export goChanCap
func goChanCap(h C.uintptr_t) C.int64_t {
	return C.int64_t(channelOf(h).cap())
}
