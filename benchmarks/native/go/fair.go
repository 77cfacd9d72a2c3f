package main

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
)

// The greatest difference of a share from the mean, in parts of the mean.
func deviation(n []int64) float64 {
	total, worst := int64(0), 0.0
	for _, v := range n {
		total += v
	}
	for _, v := range n {
		share := float64(v) * float64(len(n)) / float64(total)
		worst = math.Max(worst, math.Abs(share-1))
	}
	return worst
}

// ---- select ----------------------------------------------------------------

func chi2(n []int64, total int64) float64 {
	sum, mean := 0.0, float64(total)/float64(len(n))
	for _, v := range n {
		sum += (float64(v) - mean) * (float64(v) - mean) / mean
	}
	return sum
}

// What a case took is put back at once, so all are always ready.
func selectShares(s *state) {
	c := make([]chan int64, 4)
	taken := make([]int64, len(c))
	n, wrong, total := unlessTiny(100000, 1000), int64(0), int64(0)
	for i := range c {
		c[i] = make(chan int64, 1)
		c[i] <- int64(i)
	}
	s.begin()
	for i := int64(0); i < n; i++ {
		v, chosen := take4(c)
		if v != int64(chosen) {
			wrong++
		}
		taken[chosen]++
		c[chosen] <- v
	}
	s.end()
	for _, v := range taken {
		total += v
	}
	s.expect("number of wrong values", wrong, 0)
	s.expect("number of selects", total, n)
	s.finish(n, 0, n)
	s.counter("max_deviation", deviation(taken))
	s.counter("chi2", chi2(taken, n))
}

// ---- beside goroutines that compute ----------------------------------------

// Hogs compute until told to stop, and yield after each slice if it is one.
type hogs struct {
	wg              sync.WaitGroup
	n, slice, chunk int64 // slice and chunk in steps; slice 0: never yield
	stop            atomic.Bool
}

func hog(h *hogs) {
	done := int64(0)
	for !h.stop.Load() {
		compute(h.chunk)
		done += h.chunk
		if h.slice > 0 && done >= h.slice {
			runtime.Gosched()
			done = 0
		}
	}
	h.wg.Done()
}

func startHogs(sliceUs int64) *hogs {
	h := &hogs{n: 2 * int64(settings.procs), slice: computeSteps(sliceUs),
		chunk: computeSteps(2)}
	h.wg.Add(int(h.n))
	for i := int64(0); i < h.n; i++ {
		go hog(h)
	}
	runtime.Gosched()
	return h
}

func (h *hogs) end() {
	h.stop.Store(true)
	h.wg.Wait()
}

const samples = 100

func firstInstruction(latency *int64, spawned int64, wg *sync.WaitGroup) {
	*latency = clock() - spawned
	wg.Done()
}

func firstRun(s *state) {
	latency := make([]int64, unlessTiny(samples, 3))
	n := int64(len(latency))
	h := startHogs(s.args[0])
	s.begin()
	for i := range latency {
		var wg sync.WaitGroup
		runtime.Gosched()
		wg.Add(1)
		go firstInstruction(&latency[i], clock(), &wg)
		wg.Wait()
	}
	s.end()
	h.end()
	s.finish(n, n+h.n, 0)
	s.percentiles(latency)
}

func timerLate(s *state) {
	latency := make([]int64, unlessTiny(samples, 3))
	h := startHogs(s.args[0])
	s.begin()
	for i := range latency {
		due := clock() + ms
		sleep(ms)
		latency[i] = clock() - due
		if latency[i] < 0 {
			s.fail("a sleep was %d ns too short", -latency[i])
		}
	}
	s.end()
	h.end()
	s.finish(int64(len(latency)), h.n, 0)
	s.percentiles(latency)
}

// ---- many that compute and yield -------------------------------------------

type waits struct {
	longest, sum, turns int64
}

type queue struct {
	wg           sync.WaitGroup
	steps, turns int64
	start        atomic.Bool
}

func standInLine(q *queue, w *waits) {
	for !q.start.Load() {
		runtime.Gosched()
	}
	for i := int64(0); i < q.turns; i++ {
		compute(q.steps)
		ended := clock()
		runtime.Gosched()
		waited := clock() - ended
		w.sum += waited
		w.turns++
		if waited > w.longest {
			w.longest = waited
		}
	}
	q.wg.Done()
}

func longestWait(s *state) {
	n := s.args[0]
	q := queue{steps: computeSteps(20), turns: unlessTiny(50, 3)}
	w := make([]waits, n)
	// Under strict turns the others each compute 20 us before our next.
	strict := float64(n)*20e3/float64(ways()) - 20e3
	q.wg.Add(int(n))
	for i := range w {
		go standInLine(&q, &w[i])
	}
	runtime.Gosched()
	s.begin()
	q.start.Store(true)
	q.wg.Wait()
	s.end()
	var all waits
	for i := range w {
		all.sum += w[i].sum
		all.turns += w[i].turns
		if w[i].longest > all.longest {
			all.longest = w[i].longest
		}
	}
	s.expect("number of turns", all.turns, n*q.turns)
	s.finish(all.turns, n, 0)
	s.counter("max_wait_ns", float64(all.longest))
	s.counter("mean_wait_ns", float64(all.sum)/float64(all.turns))
	s.counter("wait_ratio", float64(all.longest)/strict)
}

// ---- one mutex -------------------------------------------------------------

type crowd struct {
	m               sync.Mutex
	wg              sync.WaitGroup
	steps, until    int64
	inside, longest int64 // under m
	n               []int64
}

func lockOften(c *crowd, me int64) {
	asked := clock()
	for got := asked; got < c.until; {
		c.m.Lock()
		got = clock()
		c.inside++
		c.n[me]++
		if got-asked > c.longest {
			c.longest = got - asked
		}
		compute(c.steps)
		c.m.Unlock()
		asked = clock()
	}
	c.wg.Done()
}

func mutexShares(s *state) {
	k, total := s.args[0], int64(0)
	c := crowd{steps: computeSteps(1), n: make([]int64, k)}
	c.wg.Add(int(k))
	s.begin()
	c.until = clock() + unlessTiny(200, 5)*ms
	for i := int64(0); i < k; i++ {
		go lockOften(&c, i)
	}
	c.wg.Wait()
	s.end()
	for _, n := range c.n {
		total += n
	}
	s.expect("number of turns", total, c.inside)
	s.finish(total, k, 0)
	s.counter("max_deviation", deviation(c.n))
	s.counter("max_wait_ns", float64(c.longest))
}

var fairWorkloads = []workload{
	{name: "fair/select/cases:4", measure: selectShares, once: true},
	{name: "fair/first_run/slice_us:0", measure: firstRun, once: true},
	{name: "fair/first_run/slice_us:100", measure: firstRun, once: true},
	{name: "fair/timer_late/slice_us:0", measure: timerLate, once: true},
	{name: "fair/timer_late/slice_us:100", measure: timerLate, once: true},
	{name: "fair/longest_wait/goroutines:100", measure: longestWait,
		once: true},
	{name: "fair/mutex/goroutines:8", measure: mutexShares, once: true},
}
