package main

import (
	"math"
	"reflect"
	"sync/atomic"
	"time"
	"unsafe"
)

// channel is a Go channel as C sees it.  The values of C's own are strings of
// bytes, or nothing if they have no size; a timer's are times.
type channel struct {
	c      reflect.Value
	size   uintptr
	timer  bool  // C may only receive
	closed int32 // set after close: reflect.Select does not say who panicked
}

var nothing = reflect.ValueOf(struct{}{})

var nilChannel = &channel{c: reflect.ValueOf((chan struct{})(nil))}

func (c *channel) orNil() *channel {
	if c == nil {
		return nilChannel
	}
	return c
}

// load is the value at v; ok is false if it cannot be sent.
func (c *channel) load(v unsafe.Pointer) (value reflect.Value, ok bool) {
	switch {
	case c.timer || (v == nil && c.size > 0):
		return nothing, false
	case c.size == 0:
		return nothing, true
	}
	return reflect.ValueOf(string(unsafe.Slice((*byte)(v), c.size))), true
}

// deliver stores what was received, zeroes from a closed channel.
func (c *channel) deliver(out unsafe.Pointer, value reflect.Value,
	ok bool) int32 {
	status := int32(statusOK)
	if !ok {
		status = statusClosed
	}
	if out == nil || c.size == 0 {
		return status
	}
	bytes := unsafe.Slice((*byte)(out), c.size)
	switch {
	case !ok:
		for i := range bytes {
			bytes[i] = 0
		}
	case c.timer:
		*(*int64)(out) = nanoseconds(value.Interface().(time.Time))
	default:
		copy(bytes, value.String())
	}
	return status
}

// ChanMake leaves it to Go to judge the size of a large buffer, by a channel
// of arrays.
func ChanMake(size uintptr, n int64, status *int32) *channel {
	*status = statusOK
	defer catchStatus(status)
	if size > math.MaxInt64 {
		*status = statusChanSize
		return nil
	}
	if n > 0 && size > 1<<30/uintptr(n) {
		judgeSize(int(size), int(n))
	}
	c := &channel{size: size}
	if size == 0 {
		c.c = reflect.ValueOf(make(chan struct{}, n))
	} else {
		c.c = reflect.ValueOf(make(chan string, n))
	}
	keep(unsafe.Pointer(c))
	return c
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

func ChanFree(c *channel) {
	drop(unsafe.Pointer(c))
}

func ChanSend(c *channel, v unsafe.Pointer, deadline int64) (status int32) {
	c = c.orNil()
	value, ok := c.load(v)
	if !ok {
		return statusInvalid
	}
	defer catchStatus(&status)
	if deadline == forever {
		c.c.Send(value)
		return statusOK
	}
	_, status = within(deadline, []reflect.SelectCase{
		{Dir: reflect.SelectSend, Chan: c.c, Send: value}}, nil)
	return status
}

func ChanRecv(c *channel, out unsafe.Pointer, deadline int64) int32 {
	c = c.orNil()
	if deadline == forever {
		value, ok := c.c.Recv()
		return c.deliver(out, value, ok)
	}
	_, status := within(deadline, []reflect.SelectCase{
		{Dir: reflect.SelectRecv, Chan: c.c}},
		func(_ int, value reflect.Value, ok bool) int32 {
			return c.deliver(out, value, ok)
		})
	return status
}

func ChanClose(c *channel) (status int32) {
	defer catchStatus(&status)
	c = c.orNil()
	if c.timer {
		return statusInvalid
	}
	c.c.Close()
	atomic.StoreInt32(&c.closed, 1)
	return statusOK
}

func ChanLen(c *channel) int64 {
	return int64(c.orNil().c.Len())
}

func ChanCap(c *channel) int64 {
	return int64(c.orNil().c.Cap())
}
