package main

// #include "table.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime/cgo"
	"strconv"
	"sync"
	"time"
	"unsafe"
)

// ctx is a context as C holds it.
type ctx struct {
	context.Context
	cancel     func(cause error) // nil: this one cannot be cancelled
	takesCause bool
	once       sync.Once
	done       C.uintptr_t // the handle of its channel, made at first use
}

// giveCtx hands a context to C.
func giveCtx(c *ctx) C.uintptr_t {
	return C.uintptr_t(cgo.NewHandle(c))
}

var (
	background = giveCtx(&ctx{Context: context.Background()})
	todo       = giveCtx(&ctx{Context: context.TODO()})
)

func ctxOf(h C.uintptr_t) *ctx {
	return cgo.Handle(h).Value().(*ctx)
}

// parentOf is Go's nil context, which Go refuses, for NULL.
func parentOf(h C.uintptr_t) context.Context {
	if h == 0 {
		return nil
	}
	return ctxOf(h).Context
}

// ---- errors as numbers ----

// userError is an error that C made up.
type userError C.int

func (e userError) Error() string { return "error " + strconv.Itoa(int(e)) }

func errorOf(code C.int) error {
	switch code {
	case 0:
		return nil
	case C.ASSAY_CANCELED:
		return context.Canceled
	case C.ASSAY_DEADLINE:
		return context.DeadlineExceeded
	case C.ASSAY_TIMEOUT:
		return os.ErrDeadlineExceeded
	}
	return userError(code)
}

func codeOf(err error) C.int {
	var user userError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &user):
		return C.int(user)
	case errors.Is(err, context.Canceled):
		return C.ASSAY_CANCELED
	case errors.Is(err, context.DeadlineExceeded):
		return C.ASSAY_DEADLINE
	case errors.Is(err, os.ErrDeadlineExceeded):
		return C.ASSAY_TIMEOUT
	}
	panic(err)
}

//export goIsTimeout
func goIsTimeout(code C.int) C.bool {
	e, ok := errorOf(code).(interface{ Timeout() bool })
	return C.bool(ok && e.Timeout())
}

//export goIsTemporary
func goIsTemporary(code C.int) C.bool {
	e, ok := errorOf(code).(interface{ Temporary() bool })
	return C.bool(ok && e.Temporary())
}

// ---- makers ----

//export goBackground
func goBackground() C.uintptr_t { return background }

//export goTodo
func goTodo() C.uintptr_t { return todo }

//export goWithCancel
func goWithCancel(parent C.uintptr_t, out *C.uintptr_t) (status C.int) {
	defer catchStatus(&status)
	c, cancel := withCancel(parentOf(parent))
	*out = giveCtx(&ctx{Context: c, cancel: cancel, takesCause: haveCauses})
	return C.ASSAY_OK
}

func giveDeadline(parent C.uintptr_t, t time.Time, cause C.int,
	out *C.uintptr_t) (status C.int) {
	defer catchStatus(&status)
	if cause != 0 && !haveCauses {
		return C.ASSAY_ENOTSUP
	}
	c, cancel := withDeadline(parentOf(parent), t, errorOf(cause))
	*out = giveCtx(&ctx{Context: c, cancel: func(error) { cancel() }})
	return C.ASSAY_OK
}

//export goWithDeadline
func goWithDeadline(parent C.uintptr_t, deadline C.int64_t, cause C.int,
	out *C.uintptr_t) C.int {
	t := timeAt(int64(deadline))
	return giveDeadline(parent, t, cause, out)
}

//export goWithTimeout
func goWithTimeout(parent C.uintptr_t, ns C.int64_t, cause C.int,
	out *C.uintptr_t) C.int {
	t := time.Now().Add(time.Duration(ns))
	return giveDeadline(parent, t, cause, out)
}

// keyOf is nil and a key that cannot be compared where C says so.
func keyOf(key C.struct_assay_key) any {
	switch key._type {
	case C.ASSAY_KEY_NIL:
		return nil
	case C.ASSAY_KEY_INCOMPARABLE:
		return []int{}
	}
	return key
}

//export goWithValue
func goWithValue(parent C.uintptr_t, key C.struct_assay_key,
	value unsafe.Pointer, out *C.uintptr_t) (status C.int) {
	defer catchStatus(&status)
	c := context.WithValue(parentOf(parent), keyOf(key), value)
	*out = giveCtx(&ctx{Context: c})
	return C.ASSAY_OK
}

// foreign is a context that Go's own package knows nothing about.
type foreign struct{ done <-chan struct{} }

func (f foreign) Deadline() (t time.Time, ok bool) { return }
func (f foreign) Done() <-chan struct{}            { return f.done }
func (f foreign) Value(any) any                    { return nil }

func (f foreign) Err() error {
	select {
	case <-f.done:
		return context.Canceled
	default:
		return nil
	}
}

//export goForeign
func goForeign(done C.uintptr_t, out *C.uintptr_t) C.int {
	p, ok := channelOf(done).(*plug[struct{}])
	if !ok {
		return C.ASSAY_EINVAL
	}
	*out = giveCtx(&ctx{Context: foreign{p.c}})
	return C.ASSAY_OK
}

// wrapper is a context that Go's own package knows nothing about but that it
// may find, by a value, to be that of another.
type wrapper struct {
	context.Context
	done <-chan struct{}
}

func (w wrapper) Done() <-chan struct{} {
	if w.done != nil {
		return w.done
	}
	return w.Context.Done()
}

//export goForeignRound
func goForeignRound(inner, done C.uintptr_t, out *C.uintptr_t) C.int {
	p, ok := channelOf(done).(*plug[struct{}])
	if !ok {
		return C.ASSAY_EINVAL
	}
	*out = giveCtx(&ctx{Context: wrapper{ctxOf(inner).Context, p.c}})
	return C.ASSAY_OK
}

// ---- their use ----

//export goCancel
func goCancel(h C.uintptr_t, cause C.int) C.int {
	c := ctxOf(h)
	if c.cancel == nil || (cause != 0 && !c.takesCause) {
		return C.ASSAY_CTX_KIND
	}
	c.cancel(errorOf(cause))
	return C.ASSAY_OK
}

//export goContextFree
func goContextFree(h C.uintptr_t) {
	if h == background || h == todo {
		return
	}
	c := ctxOf(h)
	if c.cancel != nil {
		c.cancel(nil)
	}
	if c.done != 0 {
		cgo.Handle(c.done).Delete()
	}
	cgo.Handle(h).Delete()
}

//export goContextErr
func goContextErr(h C.uintptr_t) C.int {
	return codeOf(ctxOf(h).Err())
}

//export goContextDone
func goContextDone(h C.uintptr_t) C.uintptr_t {
	c := ctxOf(h)
	c.once.Do(func() {
		if done := c.Done(); done != nil {
			plugged := newRecvOnly(done, 0, storeNothing)
			c.done = C.uintptr_t(cgo.NewHandle(plugged))
		}
	})
	return c.done
}

//export goContextDeadline
func goContextDeadline(h C.uintptr_t, deadline *C.int64_t) C.bool {
	t, ok := ctxOf(h).Deadline()
	if ok {
		*deadline = C.int64_t(nanoseconds(t))
	}
	return C.bool(ok)
}

//export goContextValue
func goContextValue(h C.uintptr_t, key C.struct_assay_key) unsafe.Pointer {
	value, _ := ctxOf(h).Value(keyOf(key)).(unsafe.Pointer)
	return value
}

//export goContextName
func goContextName(h C.uintptr_t, buf *C.char, n C.size_t) C.size_t {
	name := fmt.Sprint(ctxOf(h).Context)
	fill(buf, n, []byte(name))
	return C.size_t(len(name))
}

//export goContextDial
func goContextDial(h C.uintptr_t, network, address *C.char,
	out *C.uintptr_t) C.int {
	var d net.Dialer
	c, err := d.DialContext(ctxOf(h), C.GoString(network),
		C.GoString(address))
	return give(out, c, err)
}
