//go:build rate

package main

// #include "table.h"
import "C"

import (
	"math"
	"runtime/cgo"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/time/rate"
)

func init() {
	C.assay_go_ext.rate = &C.assay_go_rate
}

// limitOf and doubleOf: C's infinity is rate.Inf.
func limitOf(d C.double) rate.Limit {
	if math.IsInf(float64(d), 1) {
		return rate.Inf
	}
	return rate.Limit(d)
}

func doubleOf(l rate.Limit) C.double {
	if l == rate.Inf {
		return C.double(math.Inf(1))
	}
	return C.double(l)
}

// instant is the time of now(), so that waits and given times agree.
func instant(at C.int64_t) time.Time {
	return timeAt(int64(at))
}

func limiterOf(h C.uintptr_t) *rate.Limiter {
	return cgo.Handle(h).Value().(*rate.Limiter)
}

//export goRateEvery
func goRateEvery(ns C.int64_t) C.double {
	return doubleOf(rate.Every(time.Duration(ns)))
}

//export goRateNew
func goRateNew(limit C.double, burst C.int64_t) C.uintptr_t {
	if math.IsNaN(float64(limit)) {
		return 0
	}
	l := rate.NewLimiter(limitOf(limit), int(burst))
	return C.uintptr_t(cgo.NewHandle(l))
}

// goRateFree frees anything of this group.
//
//export goRateFree
func goRateFree(h C.uintptr_t) {
	cgo.Handle(h).Delete()
}

//export goRateLimit
func goRateLimit(h C.uintptr_t) C.double {
	return doubleOf(limiterOf(h).Limit())
}

//export goRateBurst
func goRateBurst(h C.uintptr_t) C.int64_t {
	return C.int64_t(limiterOf(h).Burst())
}

//export goRateTokens
func goRateTokens(h C.uintptr_t, at C.int64_t) C.double {
	return C.double(limiterOf(h).TokensAt(instant(at)))
}

//export goRateSetLimit
func goRateSetLimit(h C.uintptr_t, at C.int64_t, limit C.double) {
	limiterOf(h).SetLimitAt(instant(at), limitOf(limit))
}

//export goRateSetBurst
func goRateSetBurst(h C.uintptr_t, at C.int64_t, burst C.int64_t) {
	limiterOf(h).SetBurstAt(instant(at), int(burst))
}

//export goRateAllowN
func goRateAllowN(h C.uintptr_t, at, n C.int64_t) C.bool {
	return C.bool(limiterOf(h).AllowN(instant(at), int(n)))
}

//export goRateReserveN
func goRateReserveN(h C.uintptr_t, at, n C.int64_t) C.uintptr_t {
	r := limiterOf(h).ReserveN(instant(at), int(n))
	return C.uintptr_t(cgo.NewHandle(r))
}

func reservationOf(h C.uintptr_t) *rate.Reservation {
	return cgo.Handle(h).Value().(*rate.Reservation)
}

//export goReservationOk
func goReservationOk(h C.uintptr_t) C.bool {
	return C.bool(reservationOf(h).OK())
}

//export goReservationDelay
func goReservationDelay(h C.uintptr_t, at C.int64_t) C.int64_t {
	return C.int64_t(reservationOf(h).DelayFrom(instant(at)))
}

//export goReservationCancel
func goReservationCancel(h C.uintptr_t, at C.int64_t) {
	reservationOf(h).CancelAt(instant(at))
}

// goRateWaitN tells Go's two errors of its own by their texts.
//
//export goRateWaitN
func goRateWaitN(h, c C.uintptr_t, n C.int64_t) C.int {
	err := limiterOf(h).WaitN(ctxOf(c), int(n))
	if err == nil {
		return C.ASSAY_OK
	}
	setLastText(C.GO_TEXT_RATE, err)
	switch {
	case strings.Contains(err.Error(), "exceeds limiter's burst"):
		return C.ASSAY_RATE_BURST
	case strings.Contains(err.Error(), "would exceed context deadline"):
		return C.ASSAY_RATE_DEADLINE
	}
	return codeOf(err)
}

//export goSometimesNew
func goSometimesNew(first, every, interval C.int64_t) C.uintptr_t {
	return C.uintptr_t(cgo.NewHandle(&rate.Sometimes{
		First:    int(first),
		Every:    int(every),
		Interval: time.Duration(interval),
	}))
}

//export goSometimesDo
func goSometimesDo(h C.uintptr_t, fn C.assay_fn, arg unsafe.Pointer) {
	s := cgo.Handle(h).Value().(*rate.Sometimes)
	s.Do(func() { C.assay_go_call(fn, arg) })
}
