// Package twins holds bodies of cases in pure Go: see README.md.
//
// The kit below is what a body may use beside the language itself.  Nothing
// in it starts a goroutine, a timer or the network poller, and results are
// written by plain system calls, so a body deadlocks, panics and ends as the
// same lines would in a program of their own.
package twins

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

var bodies = map[string]func(){}

// twin registers the body of the case id, "DL-003/mutex".
func twin(id string, body func()) struct{} {
	if bodies[id] != nil {
		panic("two twins of " + id)
	}
	bodies[id] = body
	return struct{}{}
}

// Has tells whether the case id is answered by a twin.
func Has(id string) bool {
	return bodies[id] != nil
}

var (
	resultFd  = 1
	failed    int32
	procsNow  int
	timeScale = 1.0
	seed      uint64
)

// emit writes one line of the protocol, whole.
func emit(word, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	text = strings.ReplaceAll(text, "\n", "\\n")
	line := []byte(strings.TrimRight(word+" "+text, " ") + "\n")
	for len(line) > 0 {
		n, err := syscall.Write(resultFd, line)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			os.Exit(2)
		}
		line = line[n:]
	}
}

// place is the FILE:LINE of the caller of the function that calls it.
func place() string {
	_, file, line, _ := runtime.Caller(2)
	if i := strings.LastIndex(file, "runtimes/go/"); i >= 0 {
		file = file[i:]
	}
	return fmt.Sprintf("%s:%d", file, line)
}

func fail(where, format string, args ...any) {
	atomic.StoreInt32(&failed, 1)
	emit("fail", "%s: %s", where, fmt.Sprintf(format, args...))
}

// check records a failure with the text unless ok; from any goroutine.
func check(ok bool, format string, args ...any) bool {
	if !ok {
		fail(place(), format, args...)
	}
	return ok
}

// checkEq records a failure unless the two are of one type and equal.
func checkEq(what string, got, want any) bool {
	if got != want {
		fail(place(), "%s is %v, want %v", what, got, want)
		return false
	}
	return true
}

// require is check that ends the process at once.
func require(ok bool, format string, args ...any) {
	if !ok {
		fail(place(), format, args...)
		os.Exit(1)
	}
}

// note gives the report a figure.
func note(format string, args ...any) {
	emit("note", format, args...)
}

// skip ends the process: the case cannot be answered here.
func skip(format string, args ...any) {
	emit("skip", format, args...)
	os.Exit(77)
}

// say writes to stdout at once, with no buffer.
func say(text string) {
	b := []byte(text)
	for len(b) > 0 {
		n, err := syscall.Write(1, b)
		if err != nil && err != syscall.EINTR {
			os.Exit(2)
		}
		if n > 0 {
			b = b[n:]
		}
	}
}

// procs is GOMAXPROCS of this run.
func procs() int {
	return procsNow
}

// upto scales an upper bound of time.
func upto(d time.Duration) time.Duration {
	return time.Duration(float64(d) * timeScale)
}

// rnd is seeded by the runner; from any goroutine.
func rnd() uint64 {
	z := atomic.AddUint64(&seed, 0x9e3779b97f4a7c15)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func rndBelow(n int) int {
	return int(rnd() % uint64(n))
}

// settle waits until n goroutines beside the caller are parked.
func settle(n int) {
	end := time.Now().Add(upto(10 * time.Second))
	for pause := time.Millisecond / 8; Waiting() < n; pause *= 2 {
		if time.Now().After(end) {
			fail(place(), "%d goroutines parked after 10 s, not %d",
				Waiting(), n)
			os.Exit(1)
		}
		if pause > 50*time.Millisecond {
			pause = 50 * time.Millisecond
		}
		time.Sleep(pause)
	}
}

// becomes waits until *flag is at least v, up to 10 s.
func becomes(flag *int32, v int32) bool {
	end := time.Now().Add(upto(10 * time.Second))
	for atomic.LoadInt32(flag) < v {
		if time.Now().After(end) {
			return false
		}
		time.Sleep(time.Millisecond / 5)
	}
	return true
}
