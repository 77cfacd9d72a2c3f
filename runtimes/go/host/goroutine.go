package main

// #include "table.h"
import "C"

import (
	"bytes"
	"runtime"
	"runtime/cgo"
	"strconv"
	"unsafe"
)

// A goroutine that runs C bodies.  Used by itself alone.
type goroutine struct {
	id      int64
	handle  C.uintptr_t
	frames  []*frame // the goroutine's own, then one for each try_
	exiting bool     // inside runtime.Goexit
}

// frame collects the calls deferred in the body, in one try_ or in a deferred
// call.  Go's own recover works only in a Go function that Go's defer calls, so
// a frame takes the panic there and hands it to the C calls, one after the
// other.
type frame struct {
	calls     []deferred
	deferrer  *frame // of a deferred call: who has deferred it
	panicking bool
	value     any // of the panic
}

type deferred struct {
	fn  C.assay_fn
	arg unsafe.Pointer
}

// enter runs fn(arg) as the body of the calling goroutine.
func enter(fn C.assay_fn, arg unsafe.Pointer) {
	enterBody(func(g C.uintptr_t) { C.assay_go_enter(fn, arg, g) })
}

// enterBody runs a body that takes the goroutine to C.
func enterBody(body func(g C.uintptr_t)) {
	g := &goroutine{}
	h := cgo.NewHandle(g)
	defer h.Delete()
	g.handle = C.uintptr_t(h)
	g.inFrame(&frame{}, func() { body(g.handle) }, nil)
}

// inFrame calls f, then the calls deferred in it.  A panic that is left goes
// to caught, or on if that is nil; then nobody looks at a panic of a body
// that deferred nothing, and Go reports it as it is.
func (g *goroutine) inFrame(fr *frame, f func(), caught func(value any)) {
	g.frames = append(g.frames, fr)
	depth := len(g.frames)
	returned := false
	defer func() {
		g.frames = g.frames[:depth]
		if !returned && (caught != nil || len(fr.calls) > 0) {
			g.take(fr, recover())
		}
		g.unwind(fr)
		g.frames = g.frames[:depth-1]
		if fr.panicking && caught == nil {
			panic(fr.value)
		}
		if fr.panicking {
			caught(fr.value)
		}
	}()
	f()
	returned = true
}

// unwind runs what was deferred, last first.
func (g *goroutine) unwind(fr *frame) {
	for n := len(fr.calls); n > 0; n = len(fr.calls) {
		d := fr.calls[n-1]
		fr.calls = fr.calls[:n-1]
		g.callDeferred(fr, d)
	}
}

// take notes in the frame what has ended a call in it that did not return: a
// panic with the value, or a goexit, which has none.
func (g *goroutine) take(fr *frame, value any) {
	fr.panicking = value != nil || !g.exiting
	fr.value = value
}

// callDeferred makes one call, on whatever thread the goroutine is on once a
// panic has taken it out of C.  A panic in it takes the place of the one
// under way; a goexit ends that one and runs the rest from here.
func (g *goroutine) callDeferred(fr *frame, d deferred) {
	returned := false
	defer func() {
		g.frames = cut(g.frames, fr)
		if returned {
			return
		}
		g.take(fr, recover())
		if !fr.panicking {
			g.unwind(fr)
		}
	}()
	g.inFrame(&frame{deferrer: fr},
		func() { C.assay_go_enter(d.fn, d.arg, g.handle) }, nil)
	returned = true
}

// cut drops the frames above fr.
func cut(frames []*frame, fr *frame) []*frame {
	for i := range frames {
		if frames[i] == fr {
			return frames[:i+1]
		}
	}
	return frames
}

func self(h C.uintptr_t) *goroutine {
	return cgo.Handle(h).Value().(*goroutine)
}

//export goGo
func goGo(fn C.assay_fn, arg unsafe.Pointer, n C.size_t) C.int {
	if n > C.ASSAY_ARG_MAX || (n > 0 && arg == nil) {
		return C.ASSAY_EINVAL
	}
	if fn == nil {
		var nothing func()
		go nothing()
	}
	if n == 0 {
		go enter(fn, arg)
		return C.ASSAY_OK
	}
	own := C.malloc(n)
	copy(unsafe.Slice((*byte)(own), n), unsafe.Slice((*byte)(arg), n))
	go func() {
		defer C.free(own)
		enter(fn, own)
	}()
	return C.ASSAY_OK
}

//export goYield
func goYield() {
	runtime.Gosched()
}

//export goGoexit
func goGoexit(h C.uintptr_t) {
	self(h).exiting = true
	runtime.Goexit()
}

//export goTry
func goTry(h C.uintptr_t, fn C.assay_fn, arg unsafe.Pointer,
	out *C.struct_assay_panic) (status C.int) {
	status = C.ASSAY_OK
	self(h).inFrame(&frame{}, func() { C.assay_go_call(fn, arg) }, func(v any) {
		describe(v, out)
		status = C.ASSAY_PANICKED
	})
	return status
}

//export goDefer
func goDefer(h C.uintptr_t, fn C.assay_fn, arg unsafe.Pointer) C.int {
	g := self(h)
	fr := g.frames[len(g.frames)-1]
	fr.calls = append(fr.calls, deferred{fn, arg})
	return C.ASSAY_OK
}

//export goRecover
func goRecover(h C.uintptr_t, out *C.struct_assay_panic) C.bool {
	g := self(h)
	fr := g.frames[len(g.frames)-1].deferrer
	if fr == nil || !fr.panicking {
		return false
	}
	describe(fr.value, out)
	fr.panicking, fr.value = false, nil
	return true
}

//export goGoid
func goGoid(h C.uintptr_t) C.int64_t {
	g := self(h)
	if g.id == 0 {
		var buf [64]byte
		line := buf[:runtime.Stack(buf[:], false)]
		line = bytes.TrimPrefix(line, []byte("goroutine "))
		if i := bytes.IndexByte(line, ' '); i > 0 {
			g.id, _ = strconv.ParseInt(string(line[:i]), 10, 64)
		}
	}
	return C.int64_t(g.id)
}
