package main

import (
	"bytes"
	"runtime"
	"strconv"
	"strings"
	"unsafe"
)

func NumGoroutine() int64 {
	return int64(runtime.NumGoroutine())
}

// dump is what Go prints of all goroutines, however many there are.
func dump() []byte {
	buf := make([]byte, 1<<16)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			return buf[:n]
		}
		buf = make([]byte, 2*len(buf))
	}
}

// header reads "goroutine 7 [chan receive, 2 minutes]:", the first line of one
// in a dump.
func header(line string) (id int64, state string, ok bool) {
	var number string
	if !strings.HasPrefix(line, "goroutine ") ||
		!strings.HasSuffix(line, "]:") {
		return 0, "", false
	}
	number, state, ok = strings.Cut(line[len("goroutine "):len(line)-2], " [")
	state, _, _ = strings.Cut(state, ",")
	id, err := strconv.ParseInt(number, 10, 64)
	return id, state, ok && err == nil
}

// states calls visit for each goroutine, until it is content.
func states(visit func(id int64, state string) bool) {
	for _, line := range bytes.Split(dump(), []byte("\n")) {
		if id, state, ok := header(string(line)); ok && visit(id, state) {
			return
		}
	}
}

// waits are how the states begin in which a goroutine waits for another one, for
// time or for the network, and not for the collector.
var waits = []string{"chan ", "select", "sleep", "IO wait", "sync."}

// parked tells whether the goroutine of that part of a dump waits for something.
// "semacquire" is a wait of package sync, and of whoever starts the collector.
// One in a sync.Map waits for the host's table, on its way to its body or from it.
func parked(goroutine string) bool {
	head, frames, _ := strings.Cut(goroutine, "\n")
	_, state, ok := header(head)
	if strings.Contains(frames, "sync.Map.") {
		return false
	}
	if state == "semacquire" {
		return strings.Contains(frames, ".runtime__Semacquire")
	}
	for _, w := range waits {
		if ok && strings.HasPrefix(state, w) {
			return true
		}
	}
	return false
}

func NumWaiting() (n int64) {
	for _, goroutine := range strings.Split(string(dump()), "\n\n") {
		if parked(goroutine) {
			n++
		}
	}
	return n
}

func Gomaxprocs(n int32) int32 {
	return int32(runtime.GOMAXPROCS(int(n)))
}

func NumCPU() int32 {
	return int32(runtime.NumCPU())
}

func Goid() int64 {
	buf := make([]byte, 1<<10)
	line, _, _ := strings.Cut(string(buf[:runtime.Stack(buf, false)]), "\n")
	id, _, _ := header(line)
	return id
}

// fill copies text to C's buffer, cut to n bytes with its NUL.
func fill(buf *byte, n uintptr, text []byte) {
	if n == 0 || buf == nil {
		return
	}
	room := unsafe.Slice(buf, n)
	room[copy(room[:n-1], text)] = 0
}

func State(wanted int64, buf *byte, n uintptr) int32 {
	status := int32(statusInvalid)
	states(func(id int64, state string) bool {
		if id == wanted {
			fill(buf, n, []byte(state))
			status = statusOK
		}
		return id == wanted
	})
	return status
}

func Dump(buf *byte, n uintptr) uintptr {
	text := dump()
	fill(buf, n, text)
	return uintptr(len(text))
}

func LockThread() {
	runtime.LockOSThread()
}

func UnlockThread() {
	runtime.UnlockOSThread()
}
