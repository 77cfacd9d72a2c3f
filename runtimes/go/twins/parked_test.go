package twins

import "testing"

// Parts of dumps, as Go prints them: each with whether the goroutine waits for
// another one, for time or for the network.
var parts = []struct {
	what string
	part string
	want bool
}{
	{"a receive", "goroutine 7 [chan receive]:\n" +
		"main.f()\n\t/x/f.go:3 +0x1d\n", true},
	{"a send of minutes ago", "goroutine 7 [chan send, 2 minutes]:\n" +
		"main.f()\n\t/x/f.go:3 +0x1d\n", true},
	{"a select without cases", "goroutine 8 [select (no cases)]:\n" +
		"main.f()\n\t/x/f.go:3 +0x1d\n", true},
	{"a locked thread's sleep", "goroutine 9 [sleep, locked to thread]:\n" +
		"time.Sleep(0x1)\n\t/go/time.go:3 +0x1d\n", true},
	{"the network", "goroutine 9 [IO wait]:\n" +
		"internal/poll.runtime_pollWait(0x1, 0x72)\n", true},
	{"a mutex", "goroutine 9 [sync.Mutex.Lock]:\n" +
		"internal/sync.runtime_SemacquireMutex(0x1, 0x0, 0x1)\n", true},
	{"a bubble", "goroutine 9 [synctest.Run]:\nmain.f()\n", true},
	{"a wait group of older Go", "goroutine 9 [semacquire]:\n" +
		"sync.runtime_Semacquire(0x1)\n\t/go/sema.go:62 +0x25\n", true},
	{"a lock of a descriptor", "goroutine 9 [semacquire]:\n" +
		"internal/poll.runtime_Semacquire(0x1)\n", true},
	{"a thread that is made", "goroutine 9 [semacquire]:\n" +
		"main.f()\n\t/x/f.go:3 +0x1d\n", false},
	{"the table of handles", "goroutine 9 [sync.Mutex.Lock]:\n" +
		"internal/sync.runtime_SemacquireMutex(0x1, 0x0, 0x1)\n" +
		"runtime/cgo.Handle.Value(0x1)\n", false},
	{"one that runs", "goroutine 1 [running]:\nmain.f()\n", false},
	{"one that could", "goroutine 1 [runnable]:\nmain.f()\n", false},
	{"the collector", "goroutine 1 [GC assist wait]:\nmain.f()\n", false},
	{"a call", "goroutine 1 [syscall]:\nmain.f()\n", false},
	{"no header", "created by main.f\n", false},
	{"nothing", "", false},
}

func TestParked(t *testing.T) {
	for _, p := range parts {
		if Parked([]byte(p.part)) != p.want {
			t.Errorf("%s: not %v", p.what, p.want)
		}
	}
}
