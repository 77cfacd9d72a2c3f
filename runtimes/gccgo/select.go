package main

import (
	"math/rand"
	"reflect"
	"runtime"
	"sync/atomic"
	"unsafe"
)

const casesMost = 1 << 16 // of reflect.Select

// A case as assay.h has it.
type cCase struct {
	c             *channel
	dir, reserved int32
	send, recv    unsafe.Pointer
}

const dirSend, dirRecv = 0, 1

// within chooses by the deadline.  A timer that has fired would be as ready as
// the cases are, so they come first.
func within(deadline int64, cases []reflect.SelectCase,
	received func(i int, v reflect.Value, ok bool) int32) (int, int32) {
	choose := func(more ...reflect.SelectCase) (int, int32) {
		i, v, ok := reflect.Select(append(cases, more...))
		if i < len(cases) && cases[i].Dir == reflect.SelectRecv {
			return i, received(i, v, ok)
		}
		return i, statusOK
	}
	if deadline == forever {
		return choose()
	}
	i, status := choose(reflect.SelectCase{Dir: reflect.SelectDefault})
	if i < len(cases) {
		return i, status
	}
	if deadline == poll {
		return i, statusAgain
	}
	t := timerAt(deadline)
	defer t.Stop()
	i, status = choose(reflect.SelectCase{
		Dir: reflect.SelectRecv, Chan: reflect.ValueOf(t.C)})
	if i == len(cases) {
		status = statusTimeout
	}
	return i, status
}

// prepared is what C asks as reflect has it; ok is false for bad input.
func prepared(given []cCase) (cases []reflect.SelectCase, ok bool) {
	for _, g := range given {
		c := g.c.orNil()
		this := reflect.SelectCase{Dir: reflect.SelectRecv, Chan: c.c}
		if g.dir == dirSend {
			this.Dir = reflect.SelectSend
			this.Send, ok = c.load(g.send)
		} else {
			ok = g.dir == dirRecv
		}
		if !ok {
			return nil, false
		}
		cases = append(cases, this)
	}
	return cases, true
}

func Select(first *cCase, n uintptr, deadline int64,
	chosen *uintptr) (status int32) {
	given := unsafe.Slice(first, n)
	cases, ok := prepared(given)
	if !ok || len(cases) > casesMost ||
		(len(cases) == casesMost && deadline != forever) {
		return statusInvalid
	}
	defer func() {
		if status < 0 {
			*chosen = closedOf(given)
		}
	}()
	defer catchStatus(&status)
	i, status := within(deadline, cases,
		func(i int, v reflect.Value, ok bool) int32 {
			return given[i].c.deliver(given[i].recv, v, ok)
		})
	if i < len(cases) {
		*chosen = uintptr(i)
	}
	return status
}

// closedOf is the index of the send that panicked: one, by chance, of those
// whose channel is closed.  close marks it after the fact, so wait for that.
func closedOf(given []cCase) uintptr {
	for {
		var found []int
		for i, g := range given {
			if g.dir == dirSend && g.c != nil &&
				atomic.LoadInt32(&g.c.closed) != 0 {
				found = append(found, i)
			}
		}
		if len(found) > 0 {
			return uintptr(found[rand.Intn(len(found))])
		}
		runtime.Gosched()
	}
}
