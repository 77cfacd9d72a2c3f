package main

import (
	"runtime"
	"sync"
	"unsafe"
)

//extern assay_gccgo_call
func callBody(fn, arg unsafe.Pointer)

//extern assay_gccgo_self
func currentG() uintptr

// A goroutine that runs C bodies.  Used by itself alone.
type goroutine struct {
	frames  []*frame // the goroutine's own, then one for each try_
	exiting bool     // inside runtime.Goexit
}

// frame collects the calls deferred in the body, in one try_ or in a deferred
// call.  Go's own recover works only in a Go function that Go's defer calls, so
// a frame takes the panic there and hands it to the C calls in turn.
type frame struct {
	calls     []deferred
	deferrer  *frame // of a deferred call: who has deferred it
	panicking bool
	value     interface{} // of the panic
}

type deferred struct {
	fn, arg unsafe.Pointer
}

// goroutines has those that are in a body, by libgo's own object of each.
var goroutines sync.Map

func self() *goroutine {
	g, _ := goroutines.Load(currentG())
	return g.(*goroutine)
}

// enter runs fn(arg) as the body of the calling goroutine.
func enter(fn, arg unsafe.Pointer) {
	g, key := &goroutine{}, currentG()
	goroutines.Store(key, g)
	defer goroutines.Delete(key)
	g.inFrame(&frame{}, fn, arg, nil)
}

// inFrame calls fn(arg), then the calls deferred in it.  A panic that is left
// goes to caught, or on if that is nil; then nobody looks at a panic of a body
// that deferred nothing, and Go reports it as it is.
func (g *goroutine) inFrame(fr *frame, fn, arg unsafe.Pointer,
	caught func(value interface{})) {
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
	callBody(fn, arg)
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
func (g *goroutine) take(fr *frame, value interface{}) {
	fr.panicking = value != nil || !g.exiting
	fr.value = value
}

// callDeferred makes one call.  A panic in it takes the place of the one under
// way; a goexit ends that one and runs the rest from here.
func (g *goroutine) callDeferred(fr *frame, d deferred) {
	depth, returned := len(g.frames), false
	defer func() {
		g.frames = g.frames[:depth]
		if returned {
			return
		}
		g.take(fr, recover())
		if !fr.panicking {
			g.unwind(fr)
		}
	}()
	g.inFrame(&frame{deferrer: fr}, d.fn, d.arg, nil)
	returned = true
}

func Go(fn, arg unsafe.Pointer, n uintptr) int32 {
	if n > argMost || (n > 0 && arg == nil) {
		return statusInvalid
	}
	if fn == nil {
		var nothing func()
		go nothing()
	}
	if n > 0 {
		own := make([]complex128, (n+15)/16) // aligned to 16
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&own[0])), n),
			unsafe.Slice((*byte)(arg), n))
		arg = unsafe.Pointer(&own[0])
	}
	go enter(fn, arg)
	return statusOK
}

func Yield() {
	runtime.Gosched()
}

func Goexit() {
	self().exiting = true
	runtime.Goexit()
}

func Try(fn, arg unsafe.Pointer, out *cPanic) (status int32) {
	self().inFrame(&frame{}, fn, arg, func(value interface{}) {
		describe(value, out)
		status = statusPanicked
	})
	return status
}

func Defer(fn, arg unsafe.Pointer) int32 {
	g := self()
	fr := g.frames[len(g.frames)-1]
	fr.calls = append(fr.calls, deferred{fn, arg})
	return statusOK
}

func Recover(out *cPanic) bool {
	g := self()
	fr := g.frames[len(g.frames)-1].deferrer
	if fr == nil || !fr.panicking {
		return false
	}
	describe(fr.value, out)
	fr.panicking, fr.value = false, nil
	return true
}
