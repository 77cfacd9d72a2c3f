package twins

import (
	"bytes"
	"runtime"
)

// Dump is runtime.Stack of all goroutines, however many there are.
func Dump() []byte {
	buf := make([]byte, 1<<16)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			return buf[:n]
		}
		buf = make([]byte, 2*len(buf))
	}
}

// State is the word of a dump's header: "goroutine 7 [chan receive, 2
// minutes]:" gives "chan receive"; ok is false for any other line.
func State(line []byte) (state string, ok bool) {
	if !bytes.HasPrefix(line, []byte("goroutine ")) ||
		!bytes.HasSuffix(line, []byte("]:")) {
		return "", false
	}
	i := bytes.IndexByte(line, '[')
	if i < 0 {
		return "", false
	}
	word := line[i+1 : len(line)-2]
	if j := bytes.IndexByte(word, ','); j >= 0 {
		word = word[:j]
	}
	return string(word), true
}

// Parked tells whether a goroutine in that state waits for something.
func Parked(state string) bool {
	switch state {
	case "running", "runnable", "syscall", "idle", "dead", "copystack",
		"preempted", "waiting":
		return false
	}
	return true
}

// Waiting counts the parked goroutines.
func Waiting() int {
	n := 0
	for _, line := range bytes.Split(Dump(), []byte("\n")) {
		if state, ok := State(line); ok && Parked(state) {
			n++
		}
	}
	return n
}
