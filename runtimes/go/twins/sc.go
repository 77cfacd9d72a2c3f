package twins

// Scheduling on a number of P: a goroutine that runs C would leave its P.

import (
	"os"
	"runtime"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

var _ = twin("BT-002", func() {
	const n = 200
	var ran int32
	unset := 0
	for i := int32(0); i < n; i++ {
		go func() { atomic.AddInt32(&ran, 1) }()
		if atomic.LoadInt32(&ran) == i {
			unset++
		}
		for atomic.LoadInt32(&ran) == i {
			runtime.Gosched()
		}
	}
	check(unset > n*8/10, "not yet run after go: %d of %d", unset, n)
})

type burst struct{ begin, end time.Duration }

const slice = 5 * time.Millisecond

// computeInBursts has no allocation and no call that parks.
func computeInBursts(b []burst, t0 time.Time, started *int32, n int32) {
	atomic.AddInt32(started, 1)
	for atomic.LoadInt32(started) < n {
		runtime.Gosched()
	}
	for i := range b {
		runtime.Gosched()
		b[i].begin = time.Since(t0)
		for b[i].end = b[i].begin; b[i].end-b[i].begin < 20000; {
			b[i].end = time.Since(t0)
		}
	}
}

type edge struct {
	at     time.Duration
	change int
}

// mostAtOnce leaves out bursts that were preempted: open while others run.
func mostAtOnce(all [][]burst) int {
	var edges []edge
	for _, bursts := range all {
		for _, b := range bursts {
			if b.end-b.begin <= slice {
				edges = append(edges, edge{b.begin, 1},
					edge{b.end, -1})
			}
		}
	}
	sort.Slice(edges, func(i, j int) bool {
		if edges[i].at != edges[j].at {
			return edges[i].at < edges[j].at
		}
		return edges[i].change < edges[j].change
	})
	open, most := 0, 0
	for _, e := range edges {
		open += e.change
		if open > most {
			most = open
		}
	}
	return most
}

var _ = twin("SC-005", func() {
	debug.SetGCPercent(-1)
	n := 4 + 2*procs()
	all := make([][]burst, n)
	var started, finished int32
	t0 := time.Now()
	for i := range all {
		all[i] = make([]burst, 50)
		go func(b []burst) {
			computeInBursts(b, t0, &started, int32(n))
			atomic.AddInt32(&finished, 1)
		}(all[i])
	}
	require(becomes(&finished, int32(n)), "all end")
	most := mostAtOnce(all)
	check(most >= 1 && most <= procs(), "%d at once", most)
	note("at most %d at once", most)
})

func cpuTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// burn computes for that long.
func burn(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
	}
}

var _ = twin("SC-007", func() {
	var finished int32
	begin, used := time.Now(), cpuTime()
	for i := 0; i < 2; i++ {
		go func() {
			for k := 0; k < 10; k++ {
				burn(time.Millisecond)
				runtime.Gosched()
			}
			atomic.AddInt32(&finished, 1)
		}()
	}
	for atomic.LoadInt32(&finished) < 2 {
		runtime.Gosched()
	}
	used = cpuTime() - used
	wall := time.Since(begin)
	check(used <= wall+wall/5+2*time.Millisecond,
		"CPU time %v in %v", used, wall)
})

var _ = twin("SC-010", func() {
	const n = 5000
	var turns int32
	first := 0
	for i := 0; i < n; i++ {
		before := atomic.LoadInt32(&turns)
		go func() { atomic.AddInt32(&turns, 1) }()
		runtime.Gosched()
		if atomic.LoadInt32(&turns) > before {
			first++
		}
	}
	check(first > n/2, "the child ran first in %d of %d", first, n)
	note("the child ran first in %d of %d", first, n)
})

func threadCount() int {
	text, err := os.ReadFile("/proc/self/status")
	require(err == nil, "%v", err)
	_, rest, _ := strings.Cut(string(text), "Threads:")
	line, _, _ := strings.Cut(rest, "\n")
	n, err := strconv.Atoi(strings.TrimSpace(line))
	require(err == nil, "%v", err)
	return n
}

var _ = twin("SC-030", func() {
	const n = 1000
	c := make(chan int)
	var finished int32
	for i := 0; i < n; i++ {
		go func() {
			<-c
			atomic.AddInt32(&finished, 1)
		}()
	}
	settle(n)
	check(threadCount() < 10, "%d threads", threadCount())
	go func() { atomic.AddInt32(&finished, 1) }()
	check(becomes(&finished, 1), "a runnable one runs")
	close(c)
	check(becomes(&finished, n+1), "all are woken")
})

var _ = twin("SC-036", func() {
	const n = 16
	var finished int32
	var threads [n]int
	gate := make(chan int)
	for i := 0; i < n; i++ {
		go func(i int) {
			threads[i] = syscall.Gettid()
			atomic.AddInt32(&finished, 1)
			<-gate
		}(i)
	}
	require(becomes(&finished, n), "all run")
	distinct := map[int]bool{}
	for _, t := range threads {
		distinct[t] = true
	}
	check(len(distinct) <= procs()+2, "%d threads", len(distinct))
	close(gate)
})
