package main

// #include "table.h"
import "C"

import (
	"reflect"
	"runtime"
	"unsafe"
)

// selection is one call of select: reflect.Select is Go's own select with as
// many cases as are known only at run time.
type selection struct {
	given    []C.struct_assay_case
	channels []channel
	cases    []reflect.SelectCase // with default or a timer behind them
}

//export goSelect
func goSelect(given *C.struct_assay_case, n C.size_t, deadline C.int64_t,
	chosen *C.size_t) C.int {
	s := &selection{}
	if n > 0 {
		s.given = unsafe.Slice(given, n)
	}
	if status := s.prepare(); status != C.ASSAY_OK {
		return status
	}
	most := 1 << 16
	if deadline != C.ASSAY_FOREVER {
		most-- // one more case for default or the timer
	}
	if len(s.given) > most {
		return C.ASSAY_EINVAL
	}
	i, status := s.within(int64(deadline))
	if i < len(s.given) {
		*chosen = C.size_t(i)
	} else if status = C.ASSAY_TIMEOUT; deadline == C.ASSAY_POLL {
		status = C.ASSAY_AGAIN
	}
	return status
}

// within chooses by the deadline.  A timer that has fired would be as ready as
// the cases are, so they come first.
func (s *selection) within(deadline int64) (i int, status C.int) {
	if deadline == C.ASSAY_FOREVER {
		return s.choose()
	}
	s.cases = append(s.cases, reflect.SelectCase{Dir: reflect.SelectDefault})
	i, status = s.choose()
	if i < len(s.given) || deadline == C.ASSAY_POLL {
		return i, status
	}
	t := timerAt(deadline)
	defer t.Stop()
	s.cases[len(s.given)] = reflect.SelectCase{
		Dir: reflect.SelectRecv, Chan: reflect.ValueOf(t.C)}
	return s.choose()
}

func (s *selection) prepare() C.int {
	s.channels = make([]channel, len(s.given))
	s.cases = make([]reflect.SelectCase, len(s.given), len(s.given)+1)
	for i := range s.given {
		g := &s.given[i]
		v := g.recv
		if g.dir == C.ASSAY_SEND {
			v = g.send
		}
		ok := true
		s.channels[i] = channelOf(C.assay_go_handle(unsafe.Pointer(g.c)))
		s.cases[i], ok = s.channels[i].selectCase(g.dir, v)
		if !ok {
			return C.ASSAY_EINVAL
		}
	}
	return C.ASSAY_OK
}

// choose waits; the index is behind the given cases for default and timer.
func (s *selection) choose() (i int, status C.int) {
	defer func() {
		if status < 0 {
			i = s.closed()
		}
	}()
	defer catchStatus(&status)
	i, v, ok := reflect.Select(s.cases)
	if i < len(s.given) && s.cases[i].Dir == reflect.SelectRecv {
		return i, s.channels[i].received(s.given[i].recv, v, ok)
	}
	return i, C.ASSAY_OK
}

// closed is the index of the send that panicked: one, by chance, of those
// whose channel is closed.  close marks it after the fact, so wait for that.
func (s *selection) closed() int {
	for {
		found, seen := 0, uint64(0)
		for i, c := range s.cases[:len(s.given)] {
			if c.Dir != reflect.SelectSend || !s.channels[i].isClosed() {
				continue
			}
			seen++
			if random()%seen == 0 {
				found = i
			}
		}
		if seen > 0 {
			return found
		}
		runtime.Gosched()
	}
}
