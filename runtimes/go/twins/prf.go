package twins

// Profiles.  A C body has no stack that Go can show.

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"regexp"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// entry is one of a profile: its time, its count, and all frames' lines.
type entry struct {
	time   time.Duration
	count  int
	frames string
}

var entryHead = regexp.MustCompile(`^(?:([0-9]+) )?([0-9]+) @`)

// profile reads the text form.
func profile(name string) []entry {
	var text bytes.Buffer
	require(pprof.Lookup(name).WriteTo(&text, 1) == nil, "%s", name)
	var all []entry
	perSecond := 1e9
	for _, line := range strings.Split(text.String(), "\n") {
		if s, ok := cutPrefix(line, "cycles/second="); ok {
			perSecond, _ = strconv.ParseFloat(s, 64)
		}
		if head := entryHead.FindStringSubmatch(line); head != nil {
			cycles, _ := strconv.ParseFloat(head[1], 64)
			n, _ := strconv.Atoi(head[2])
			all = append(all, entry{
				time:  time.Duration(cycles / perSecond * 1e9),
				count: n,
			})
		} else if len(all) > 0 {
			all[len(all)-1].frames += line + "\n"
		}
	}
	return all
}

func cutPrefix(s, prefix string) (string, bool) {
	return strings.TrimPrefix(s, prefix), strings.HasPrefix(s, prefix)
}

// checkEntry finds the one entry that has the function, and its place.
func checkEntry(all []entry, function string, count int) (entry, int) {
	found, n, place := entry{}, 0, -1
	for i, e := range all {
		if !strings.Contains(e.frames, "/twins."+function+"+") {
			continue
		}
		if n++; n == 1 {
			found, place = e, i
		}
	}
	check(n == 1 && found.count == count, "%s: %d entries, count %d, not %d",
		function, n, found.count, count)
	return found, place
}

// varint reads a number of a message, and returns what comes after it.
func varint(b []byte) (uint64, []byte) {
	v, n := binary.Uvarint(b)
	require(n > 0, "no number")
	return v, b[n:]
}

// fields calls f for each field of a message, with its bytes.
func fields(b []byte, f func(id uint64, bytes []byte)) {
	for len(b) > 0 {
		key, rest := varint(b)
		n, after := varint(rest)
		bytes := rest[:len(rest)-len(after)]
		if b = after; key&7 == 2 {
			bytes, b = after[:n], after[n:]
		}
		f(key>>3, bytes)
	}
}

// pprofSamples returns the first value of each sample, and its frames.
func pprofSamples(name string) map[uint64]int {
	var out bytes.Buffer
	require(pprof.Lookup(name).WriteTo(&out, 0) == nil, "no profile")
	r, err := gzip.NewReader(&out)
	require(err == nil, "not compressed: %v", err)
	b, err := io.ReadAll(r)
	require(err == nil, "%v", err)
	samples := map[uint64]int{}
	fields(b, func(id uint64, sample []byte) {
		value, frames := uint64(0), 0
		if id != 2 {
			return
		}
		fields(sample, func(id uint64, b []byte) {
			if id == 2 && value == 0 {
				value, _ = varint(b)
			}
			for id == 1 && len(b) > 0 {
				_, b = varint(b)
				frames++
			}
		})
		samples[value] = frames
	})
	return samples
}

var never chan struct{}

//go:noinline
func prfMany() { <-never }

//go:noinline
func prfSome() { <-never }

//go:noinline
func prfOne() { <-never }

//go:noinline
func prfFixed() { <-never }

func goMany(n int, f func()) {
	for i := 0; i < n; i++ {
		go f()
	}
}

var _ = twin("PRF-002/pprof", func() {
	never = make(chan struct{})
	goMany(90, prfMany)
	goMany(11, prfSome)
	settle(101)
	samples := pprofSamples("goroutine")
	for _, n := range []uint64{90, 11, 1} {
		check(samples[n] >= 2, "%d: %d frames", n, samples[n])
	}
})

var _ = twin("PRF-002", func() {
	never = make(chan struct{})
	goMany(1, prfOne)
	goMany(90, prfMany)
	goMany(10, prfSome)
	settle(101)
	all := profile("goroutine")
	_, many := checkEntry(all, "prfMany", 90)
	_, some := checkEntry(all, "prfSome", 10)
	_, one := checkEntry(all, "prfOne", 1)
	check(many == 0 && many < some && some < one, "%d, %d, %d", many, some, one)
})

var _ = twin("PRF-001", func() {
	const fixed = 50
	never = make(chan struct{})
	goMany(fixed, prfFixed)
	settle(fixed)
	go func() {
		for atomic.LoadInt32(&stop) == 0 {
			goMany(100, func() {})
			time.Sleep(time.Millisecond)
		}
		atomic.AddInt32(&finished, 1)
	}()
	var takers sync.WaitGroup
	takers.Add(4)
	goMany(4, func() {
		for i := 0; i < 10; i++ {
			checkEntry(profile("goroutine"), "prfFixed", fixed)
		}
		takers.Done()
	})
	takers.Wait()
	atomic.StoreInt32(&stop, 1)
	check(becomes(&finished, 1), "the churn ends")
})

//go:noinline
func prfLostMany() { <-make(chan struct{}) }

//go:noinline
func prfLostSome() { <-make(chan struct{}) }

var _ = twin("PRF-005", func() {
	if pprof.Lookup("goroutineleak") == nil {
		skip("no leak profile: it needs GOEXPERIMENT=goroutineleakprofile")
	}
	never = make(chan struct{})
	goMany(2, prfLostSome)
	goMany(9, prfLostMany)
	goMany(20, prfFixed)
	settle(31)
	all := profile("goroutineleak")
	_, many := checkEntry(all, "prfLostMany", 9)
	_, some := checkEntry(all, "prfLostSome", 2)
	check(many == 0 && some == 1, "%d, %d", many, some)
	check(len(all) == 2, "%d entries", len(all))
	close(never)
})

// ---- waits

const prfWait = 20 * time.Millisecond

var (
	prfQueue = make(chan struct{})
	prfLock  sync.Mutex
	prfTold  = sync.NewCond(&prfLock)
	prfGroup sync.WaitGroup
)

//go:noinline
func prfRecv() { <-prfQueue }

//go:noinline
func prfSend() { prfQueue <- struct{}{} }

//go:noinline
func prfClosed() { <-prfQueue }

//go:noinline
func prfSelectRecv() {
	select {
	case <-prfQueue:
	case <-never:
	}
}

//go:noinline
func prfSelectSend() {
	select {
	case prfQueue <- struct{}{}:
	case <-never:
	}
}

//go:noinline
func prfMutex() { prfLock.Lock() }

//go:noinline
func prfCond() { prfTold.Wait() }

//go:noinline
func prfWaitGroup() { prfGroup.Wait() }

func later(f func()) {
	go func() {
		time.Sleep(prfWait)
		f()
	}()
}

var _ = twin("PRF-003", func() {
	runtime.SetBlockProfileRate(1)
	never = make(chan struct{})
	later(func() { prfQueue <- struct{}{} })
	prfRecv()
	later(func() { <-prfQueue })
	prfSend()
	later(func() { prfQueue <- struct{}{} })
	prfSelectRecv()
	later(func() { <-prfQueue })
	prfSelectSend()
	prfLock.Lock()
	later(func() { prfLock.Unlock() })
	prfMutex()
	later(func() { prfLock.Lock(); prfTold.Signal(); prfLock.Unlock() })
	prfCond()
	prfGroup.Add(1)
	later(prfGroup.Done)
	prfWaitGroup()
	later(func() { close(prfQueue) })
	prfClosed()
	runtime.SetBlockProfileRate(0)
	prfQueue = make(chan struct{})
	later(func() { prfQueue <- struct{}{} })
	prfRecv() // is not counted any more
	all := profile("block")
	for _, f := range []string{"prfRecv", "prfSend", "prfClosed",
		"prfSelectRecv", "prfSelectSend", "prfMutex", "prfCond",
		"prfWaitGroup"} {
		e, _ := checkEntry(all, f, 1)
		check(e.time >= prfWait*9/10, "%s: %v", f, e.time)
	}
})

// ---- mutexes

//go:noinline
func prfHolder(turns *sync.WaitGroup) {
	prfLock.Lock()
	goMany(10, func() {
		prfLock.Lock()
		prfLock.Unlock()
		turns.Done()
	})
	settle(10)
	time.Sleep(100 * time.Millisecond)
	prfLock.Unlock()
}

// ofProgram leaves out the locks of the runtime itself, which have been in
// this profile since Go 1.22: a sleep that meets one is an entry of its caller.
func ofProgram(all []entry) []entry {
	var kept []entry
	for _, e := range all {
		if !strings.Contains(e.frames, "\truntime.unlock") {
			kept = append(kept, e)
		}
	}
	return kept
}

// Go says how long the waiters have waited by the first and the last of them.
var _ = twin("PRF-004", func() {
	var turns sync.WaitGroup
	turns.Add(10)
	runtime.SetMutexProfileFraction(1)
	prfHolder(&turns)
	turns.Wait()
	all := ofProgram(profile("mutex"))
	e, place := checkEntry(all, "prfHolder", 1)
	check(e.time >= time.Second*9/10 && place == 0, "%v, at %d", e.time, place)
})

var prfShared sync.RWMutex

//go:noinline
func prfRead(turns *sync.WaitGroup) {
	prfShared.RLock()
	prfShared.RUnlock()
	turns.Done()
}

//go:noinline
func prfWrite(turns *sync.WaitGroup) {
	prfShared.Lock()
	prfShared.Unlock()
	turns.Done()
}

//go:noinline
func prfWriter() {
	var turns sync.WaitGroup
	turns.Add(10)
	prfShared.Lock()
	goMany(10, func() { prfRead(&turns) })
	settle(10)
	time.Sleep(100 * time.Millisecond)
	prfShared.Unlock()
	turns.Wait()
}

//go:noinline
func prfReader() {
	var turns sync.WaitGroup
	turns.Add(1)
	prfShared.RLock()
	go prfWrite(&turns)
	settle(1)
	time.Sleep(100 * time.Millisecond)
	prfShared.RUnlock()
	turns.Wait()
}

func checkShared(name, function string, n int) {
	e, _ := checkEntry(ofProgram(profile(name)), function, n)
	check(e.time >= time.Duration(n)*90*time.Millisecond, "%s: %v",
		function, e.time)
}

var _ = twin("PRF-004/rwmutex", func() {
	prfWriter() // is not counted yet
	runtime.SetMutexProfileFraction(1)
	runtime.SetBlockProfileRate(1)
	prfWriter()
	prfReader()
	runtime.SetMutexProfileFraction(0)
	runtime.SetBlockProfileRate(0)
	prfReader() // is not counted any more
	checkShared("mutex", "prfWriter", 10)
	checkShared("mutex", "prfReader", 1)
	checkShared("block", "prfRead", 10)
	checkShared("block", "prfWrite", 1)
})
