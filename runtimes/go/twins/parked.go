package twins

import (
	"bytes"
	"runtime"
	"strings"
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

// waits are how the states begin in which a goroutine waits for another one, for
// time or for the network, and not for the collector or a stop of the world.
var waits = []string{"chan ", "select", "sleep", "IO wait", "sync.",
	"coroutine", "synctest"}

// Parked tells whether the goroutine of that part of a dump waits for something.
// "semacquire" is a wait for a lock of sync or of a descriptor, or of the runtime
// itself, where it makes a thread: a dump leaves out the frames of that.  One in
// runtime/cgo waits for the table of handles, on its way to its body or from it.
func Parked(goroutine []byte) bool {
	head, frames, _ := bytes.Cut(goroutine, []byte("\n"))
	state, ok := State(head)
	if bytes.Contains(frames, []byte("runtime/cgo.")) {
		return false
	}
	if state == "semacquire" {
		return bytes.Contains(frames, []byte(".runtime_Semacquire"))
	}
	for _, w := range waits {
		if ok && strings.HasPrefix(state, w) {
			return true
		}
	}
	return false
}

// Waiting counts the parked goroutines.
func Waiting() int {
	n := 0
	for _, goroutine := range bytes.Split(Dump(), []byte("\n\n")) {
		if Parked(goroutine) {
			n++
		}
	}
	return n
}
