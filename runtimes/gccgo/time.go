package main

import (
	"reflect"
	"time"
	"unsafe"
)

// The zero point of now(), a little before the first call.
var base = time.Now().Add(-time.Second)

func nanoseconds(t time.Time) int64 {
	return int64(t.Sub(base))
}

// timerAt makes a timer for an absolute deadline.
func timerAt(deadline int64) *time.Timer {
	d := time.Duration(0)
	if deadline > 0 {
		d = time.Duration(deadline - Now())
	}
	return time.NewTimer(d)
}

// Timers and tickers with their channels; that of an after_func has none.
type timer struct {
	*time.Timer
	c *channel
}

type ticker struct {
	*time.Ticker
	c *channel
}

func timesOf(c <-chan time.Time) *channel {
	own := &channel{c: reflect.ValueOf(c), size: 8, timer: true}
	keep(unsafe.Pointer(own))
	return own
}

func keptTimer(t timer) *timer {
	keep(unsafe.Pointer(&t))
	return &t
}

// orNew gives an uninitialized timer, which Go's methods refuse, for NULL.
func (t *timer) orNew() *timer {
	if t == nil {
		return &timer{Timer: &time.Timer{}}
	}
	return t
}

func Now() int64 {
	return nanoseconds(time.Now())
}

func Sleep(ns int64) {
	time.Sleep(time.Duration(ns))
}

func TimerNew(ns int64) *timer {
	t := time.NewTimer(time.Duration(ns))
	return keptTimer(timer{t, timesOf(t.C)})
}

func AfterFunc(ns int64, fn, arg unsafe.Pointer) *timer {
	return keptTimer(timer{Timer: time.AfterFunc(time.Duration(ns),
		func() { enter(fn, arg) })})
}

func TimerChan(t *timer) *channel {
	return t.orNew().c
}

func done(ok bool) int32 {
	if ok {
		return 1
	}
	return 0
}

func TimerStop(t *timer) (status int32) {
	defer catchStatus(&status)
	return done(t.orNew().Stop())
}

func TimerReset(t *timer, ns int64) (status int32) {
	defer catchStatus(&status)
	return done(t.orNew().Reset(time.Duration(ns)))
}

func TimerFree(t *timer) {
	t.Stop()
	drop(unsafe.Pointer(t.c))
	drop(unsafe.Pointer(t))
}

func After(ns int64) *channel {
	return timesOf(time.After(time.Duration(ns)))
}

func TickerNew(ns int64, status *int32) *ticker {
	*status = statusOK
	defer catchStatus(status)
	t := time.NewTicker(time.Duration(ns))
	own := &ticker{t, timesOf(t.C)}
	keep(unsafe.Pointer(own))
	return own
}

func TickerChan(t *ticker) *channel {
	return t.c
}

func TickerStop(t *ticker) {
	t.Stop()
}

func TickerReset(t *ticker, ns int64) (status int32) {
	defer catchStatus(&status)
	t.Reset(time.Duration(ns))
	return statusOK
}

func TickerFree(t *ticker) {
	t.Stop()
	drop(unsafe.Pointer(t.c))
	drop(unsafe.Pointer(t))
}

func Tick(ns int64) *channel {
	c := time.Tick(time.Duration(ns))
	if c == nil {
		return nil
	}
	return timesOf(c)
}
