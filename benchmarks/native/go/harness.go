package main

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

type workload struct {
	name       string // "/NAME:VALUE" is an argument
	measure    func(s *state)
	goroutines int64 // alive at once, if over 1000
	once       bool  // one iteration
	fresh      bool  // wants a process without history
}

// One call of a workload's function.  It sets up, measures between begin and
// end, checks its own answer with expect, and reports by finish.
type state struct {
	w          *workload
	n          int64 // iterations to do
	args       []int64
	real, cpu  int64 // ns, of the timed part
	items      int64
	counters   map[string]float64
	err, skip  string
	goroutines uint64 // ever made when the call started; 0: not known
}

// ---- clocks ----------------------------------------------------------------

const ms = int64(time.Millisecond)

var origin = time.Now()

// Monotonic nanoseconds.
func clock() int64 {
	return int64(time.Since(origin))
}

// CPU time of the process in nanoseconds.
func processCPU() int64 {
	const processCPUTime = 2 // CLOCK_PROCESS_CPUTIME_ID
	var t syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, processCPUTime,
		uintptr(unsafe.Pointer(&t)), 0)
	return t.Nano()
}

func sleep(ns int64) {
	time.Sleep(time.Duration(ns))
}

// ---- words for the body ----------------------------------------------------

// Starts timing and returns how many iterations to do.
func (s *state) begin() int64 {
	s.resume()
	return s.n
}

func (s *state) end() {
	s.pause()
}

// What lies between pause and resume is not timed.
func (s *state) pause() {
	s.real += clock()
	s.cpu += processCPU()
}

func (s *state) resume() {
	s.cpu -= processCPU()
	s.real -= clock()
}

func (s *state) fail(format string, args ...any) {
	if s.err == "" {
		s.err = fmt.Sprintf(format, args...)
	}
}

func (s *state) expect(what string, got, want int64) {
	if got != want {
		s.fail("%s is %d, not %d", what, got, want)
	}
}

func (s *state) counter(name string, value float64) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		s.fail("counter %s is %v", name, value)
		return
	}
	s.counters[name] = value
}

// Reports items, and the goroutines made and messages per iteration.
func (s *state) finish(items, goroutines, messages int64) {
	s.checkMade(goroutines)
	s.items = items
	s.counter("goroutines", float64(goroutines)/float64(s.n))
	s.counter("messages", float64(messages)/float64(s.n))
}

// Argument i of the name; cut to at most `most` in a smoke test.
func (s *state) size(i int, most int64) int64 {
	return unlessTiny(s.args[i], most)
}

// n, or in a smoke test at most `most`.
func unlessTiny(n, most int64) int64 {
	if settings.tiny && n > most {
		return most
	}
	return n
}

// The sum of 0 ... n - 1.
func sumBelow(n int64) int64 {
	return n * (n - 1) / 2
}

// How many goroutines can compute at once.
func ways() int64 {
	if n := runtime.NumCPU(); n < settings.procs {
		return int64(n)
	}
	return int64(settings.procs)
}

var warm *workload

// Calls once(n times) with timing, after one untimed call in this process.
func (s *state) repeat(once func()) int64 {
	if warm != s.w {
		once()
	}
	warm = s.w
	s.goroutines = made()
	n := s.begin()
	for i := int64(0); i < n && s.err == ""; i++ {
		once()
	}
	s.end()
	return n
}

// Opens DIR/NAME and suffix; nil without --details.
func (s *state) details(suffix string) *os.File {
	if settings.details == "" {
		return nil
	}
	name := strings.NewReplacer("/", "_", ":", "_").Replace(s.w.name)
	f, err := os.Create(filepath.Join(settings.details, name+suffix))
	if err != nil {
		s.fail("%v", err)
	}
	return f
}

// ---- how many goroutines the runtime made ----------------------------------

// Goroutines ever started; 0 from a Go older than 1.26, which does not tell.
func made() uint64 {
	sample := []metrics.Sample{{Name: "/sched/goroutines-created:goroutines"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}

// The runtime may have started some of its own, such as the collector's.
func (s *state) checkMade(goroutines int64) {
	const own = 16
	now := made()
	if now == 0 {
		return
	}
	extra := int64(now-s.goroutines) - goroutines
	if extra < 0 || extra > int64(settings.procs)+own {
		s.fail("number of goroutines the runtime made is %d, not %d",
			now-s.goroutines, goroutines)
	}
}

// ---- running ---------------------------------------------------------------

// Kilobytes that can be taken without swapping; 0: unknown.
func memoryAvailable() int64 {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var kb int64
		if n, _ := fmt.Sscanf(lines.Text(), "MemAvailable: %d", &kb); n == 1 {
			return kb
		}
	}
	return 0
}

// Why the workload cannot be done here; empty if it can.
func (w *workload) cannot() string {
	const bytesEach = 4096
	mb, kb := w.goroutines*bytesEach>>20, memoryAvailable()
	switch {
	case settings.tiny:
		return ""
	case kb > 0 && mb > kb>>10:
		return fmt.Sprintf("needs %d MB of memory", mb)
	case w.fresh && !settings.alone:
		return "needs a process of its own"
	}
	return ""
}

// The numbers of "/NAME:VALUE" in the workload's name.
func (w *workload) args() []int64 {
	var args []int64
	for _, part := range strings.Split(w.name, "/") {
		if _, text, ok := strings.Cut(part, ":"); ok {
			value, _ := strconv.ParseInt(text, 10, 64)
			args = append(args, value)
		}
	}
	return args
}

// Calls the workload with n iterations.
func (w *workload) try(n int64) *state {
	s := &state{w: w, n: n, args: w.args(), goroutines: made(),
		counters: map[string]float64{}}
	w.measure(s)
	return s
}

// With more and more iterations until the timed part is long enough.
func (w *workload) run() *state {
	const most = 1000000000
	if why := w.cannot(); why != "" {
		return &state{w: w, skip: why}
	}
	s := w.try(1)
	for !w.once && !w.fresh && s.err == "" && s.skip == "" {
		seconds := float64(s.real) / 1e9
		if seconds >= settings.minTime || s.n >= most {
			break
		}
		factor := settings.minTime * 1.4 / math.Max(seconds, 1e-9)
		next := float64(s.n) * math.Min(factor, 10)
		s = w.try(int64(math.Min(math.Max(next, float64(s.n+1)), most)))
	}
	return s
}
