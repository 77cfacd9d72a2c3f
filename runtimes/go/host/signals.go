package main

// #include "table.h"
import "C"

import (
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// signals passes what os/signal sends on to a channel of C's, which holds
// bytes and not values of os.Signal.
type signals struct {
	in   chan os.Signal
	done chan struct{}
}

var (
	signalsLock sync.Mutex
	signalsTo   = map[*plug[string]]*signals{}
	// passing goroutines are parked but none of C's.
	passing int64
)

const lastSignal = 64

func validSignal(sig C.int) bool {
	return sig >= 1 && sig <= lastSignal
}

// pass never blocks: it drops what there is no room for, as os/signal does.
func (s *signals) pass(p *plug[string]) {
	atomic.AddInt64(&passing, 1)
	for sig := range s.in {
		n := int32(sig.(syscall.Signal))
		select {
		case p.c <- string(bytesOf(unsafe.Pointer(&n), 4)):
		default:
		}
	}
	atomic.AddInt64(&passing, -1)
	close(s.done)
}

//export goSignalNotify
func goSignalNotify(h C.uintptr_t, sig C.int) C.int {
	p, ok := channelOf(h).(*plug[string])
	if !ok || p.size != 4 || !validSignal(sig) {
		return C.ASSAY_EINVAL
	}
	signalsLock.Lock()
	defer signalsLock.Unlock()
	s := signalsTo[p]
	if s == nil {
		s = &signals{make(chan os.Signal, lastSignal), make(chan struct{})}
		signalsTo[p] = s
		go s.pass(p)
	}
	signal.Notify(s.in, syscall.Signal(sig))
	return C.ASSAY_OK
}

//export goSignalStop
func goSignalStop(h C.uintptr_t) C.int {
	if h == 0 {
		return C.ASSAY_EINVAL
	}
	p, _ := channelOf(h).(*plug[string])
	signalsLock.Lock()
	defer signalsLock.Unlock()
	if s := signalsTo[p]; s != nil {
		signal.Stop(s.in)
		close(s.in)
		<-s.done
		delete(signalsTo, p)
	}
	return C.ASSAY_OK
}

//export goSignalIgnore
func goSignalIgnore(sig C.int) C.int {
	if !validSignal(sig) {
		return C.ASSAY_EINVAL
	}
	signal.Ignore(syscall.Signal(sig))
	return C.ASSAY_OK
}

//export goSignalReset
func goSignalReset(sig C.int) C.int {
	if !validSignal(sig) {
		return C.ASSAY_EINVAL
	}
	signal.Reset(syscall.Signal(sig))
	return C.ASSAY_OK
}

//export goSignalIgnored
func goSignalIgnored(sig C.int) C.int {
	if !validSignal(sig) {
		return C.ASSAY_EINVAL
	}
	if signal.Ignored(syscall.Signal(sig)) {
		return 1
	}
	return 0
}
