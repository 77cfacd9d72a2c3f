package main

import (
	"sync"
	"sync/atomic"
	"time"
)

// Reads the monotonic clock only, as the other runtimes do; time.Now would
// read the wall clock as well.
func now(s *state) {
	last, backwards := time.Duration(0), int64(0)
	n := s.begin()
	for i := int64(0); i < n; i++ {
		t := time.Since(origin)
		if t < last {
			backwards++
		}
		last = t
	}
	s.end()
	s.expect("times the clock went back", backwards, 0)
	s.finish(n, 0, 0)
}

func startStop(s *state) {
	stopped := int64(0)
	n := s.begin()
	for i := int64(0); i < n; i++ {
		if time.NewTimer(time.Hour).Stop() {
			stopped++
		}
	}
	s.end()
	s.expect("number of timers stopped in time", stopped, n)
	s.finish(n, 0, 0)
}

// ---- sleepers --------------------------------------------------------------

const spread = 50

type sleeping struct {
	wg             sync.WaitGroup
	started, early atomic.Int64
}

func sleeper(sl *sleeping) {
	ns := (1 + (sl.started.Add(1)-1)%spread) * ms
	start := clock()
	sleep(ns)
	if clock()-start < ns {
		sl.early.Add(1)
	}
	sl.wg.Done()
}

func (sl *sleeping) run(n int64) {
	sl.wg.Add(int(n))
	for i := int64(0); i < n; i++ {
		go sleeper(sl)
	}
	sl.wg.Wait()
}

func sleepers(s *state) {
	var sl sleeping
	each := s.size(0, 200)
	sl.run(each)
	sl.started.Store(0)
	s.goroutines = made()
	n := s.begin()
	for i := int64(0); i < n; i++ {
		sl.run(each)
	}
	s.end()
	s.expect("number of sleepers", sl.started.Load(), n*each)
	s.expect("number of sleeps that were too short", sl.early.Load(), 0)
	s.counter("cpu_ms", float64(s.cpu)/1e6/float64(n))
	s.finish(n, n*each, 0)
}

var timeWorkloads = []workload{
	{name: "time/now", measure: now},
	{name: "time/start_stop", measure: startStop},
	{name: "time/sleepers/n:100000", measure: sleepers,
		goroutines: 100000},
}
