package main

// #include "table.h"
import "C"

import (
	"runtime/cgo"
	"time"
	"unsafe"
)

// The zero point of now(), a little before the first call.  In a bubble, where
// the year is 2000, that is Unix's.
var base = time.Now().Add(-time.Second)

func nanoseconds(t time.Time) int64 {
	if inBubble() {
		return t.UnixNano()
	}
	return int64(t.Sub(base))
}

func now() int64 {
	return nanoseconds(time.Now())
}

// timeAt is the time that now() calls at.
func timeAt(at int64) time.Time {
	if inBubble() {
		return time.Unix(0, at)
	}
	return base.Add(time.Duration(at))
}

// timerAt makes a timer for an absolute deadline.
func timerAt(deadline int64) *time.Timer {
	d := deadline - now()
	if deadline < 0 {
		d = 0
	}
	return time.NewTimer(time.Duration(d))
}

// A timer or ticker and the handle of its channel; 0 for after_func.
type timer struct {
	*time.Timer
	c       C.uintptr_t
	bubbled bool
}

type ticker struct {
	*time.Ticker
	c C.uintptr_t
}

func handleOfTimes(c <-chan time.Time) C.uintptr_t {
	return C.uintptr_t(cgo.NewHandle(newTimes(c)))
}

// timerOf gives an uninitialized timer, which Go's methods refuse, for NULL.
func timerOf(h C.uintptr_t) timer {
	if h == 0 {
		return timer{Timer: &time.Timer{}}
	}
	return cgo.Handle(h).Value().(timer)
}

func tickerOf(h C.uintptr_t) ticker {
	return cgo.Handle(h).Value().(ticker)
}

//export goNow
func goNow() C.int64_t {
	return C.int64_t(now())
}

//export goSleep
func goSleep(ns C.int64_t) {
	time.Sleep(time.Duration(ns))
}

//export goTimerNew
func goTimerNew(ns C.int64_t) C.uintptr_t {
	t := time.NewTimer(time.Duration(ns))
	return C.uintptr_t(cgo.NewHandle(timer{t, handleOfTimes(t.C), inBubble()}))
}

//export goAfterFunc
func goAfterFunc(ns C.int64_t, fn C.assay_fn,
	arg unsafe.Pointer) C.uintptr_t {
	t := time.AfterFunc(time.Duration(ns), func() { enter(fn, arg) })
	return C.uintptr_t(cgo.NewHandle(timer{Timer: t, bubbled: inBubble()}))
}

//export goTimerChan
func goTimerChan(h C.uintptr_t) C.uintptr_t {
	return timerOf(h).c
}

//export goTimerStop
func goTimerStop(h C.uintptr_t) (status C.int) {
	defer catchStatus(&status)
	if timerOf(h).Stop() {
		return 1
	}
	return 0
}

//export goTimerReset
func goTimerReset(h C.uintptr_t, ns C.int64_t) (status C.int) {
	defer catchStatus(&status)
	if timerOf(h).Reset(time.Duration(ns)) {
		return 1
	}
	return 0
}

//export goTimerFree
func goTimerFree(h C.uintptr_t) {
	t := timerOf(h)
	if t.bubbled == inBubble() { // else the bubble is over
		t.Stop()
	}
	if t.c != 0 {
		cgo.Handle(t.c).Delete()
	}
	cgo.Handle(h).Delete()
}

//export goAfter
func goAfter(ns C.int64_t) C.uintptr_t {
	return handleOfTimes(time.After(time.Duration(ns)))
}

//export goTickerNew
func goTickerNew(ns C.int64_t, status *C.int) C.uintptr_t {
	*status = C.ASSAY_OK
	defer catchStatus(status)
	t := time.NewTicker(time.Duration(ns))
	return C.uintptr_t(cgo.NewHandle(ticker{t, handleOfTimes(t.C)}))
}

//export goTickerChan
func goTickerChan(h C.uintptr_t) C.uintptr_t {
	return tickerOf(h).c
}

//export goTickerStop
func goTickerStop(h C.uintptr_t) {
	tickerOf(h).Stop()
}

//export goTickerReset
func goTickerReset(h C.uintptr_t, ns C.int64_t) (status C.int) {
	defer catchStatus(&status)
	tickerOf(h).Reset(time.Duration(ns))
	return C.ASSAY_OK
}

//export goTickerFree
func goTickerFree(h C.uintptr_t) {
	t := tickerOf(h)
	t.Stop()
	cgo.Handle(t.c).Delete()
	cgo.Handle(h).Delete()
}

//export goTick
func goTick(ns C.int64_t) C.uintptr_t {
	c := time.Tick(time.Duration(ns))
	if c == nil {
		return 0
	}
	return handleOfTimes(c)
}
