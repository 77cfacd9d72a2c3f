package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// ---- two that yield --------------------------------------------------------

// One of several goroutines; its maker reads it after the join.
type worker struct {
	wg          *sync.WaitGroup
	turns, done int64
}

func yielder(w *worker) {
	for ; w.done < w.turns; w.done++ {
		runtime.Gosched()
	}
	w.wg.Done()
}

func yield(s *state) {
	var wg sync.WaitGroup
	n := s.begin()
	a := worker{wg: &wg, turns: n / 2}
	b := worker{wg: &wg, turns: n - n/2}
	wg.Add(2)
	go yielder(&a)
	go yielder(&b)
	wg.Wait()
	s.end()
	s.expect("number of yields", a.done+b.done, n)
	s.finish(n, 2, 0)
}

// ---- spawn -----------------------------------------------------------------

func endAtOnce(w *worker) {
	w.done++
	w.wg.Done()
}

func spawnJoin(s *state) {
	var wg sync.WaitGroup
	w := worker{wg: &wg}
	n := s.begin()
	for i := int64(0); i < n; i++ {
		wg.Add(1)
		go endAtOnce(&w)
		wg.Wait()
	}
	s.end()
	s.expect("number of goroutines", w.done, n)
	s.finish(n, n, 0)
}

func burst(w []worker) {
	var wg sync.WaitGroup
	wg.Add(len(w))
	for i := range w {
		w[i].wg = &wg
		go endAtOnce(&w[i])
	}
	wg.Wait()
}

func spawnMany(s *state) {
	n, before := s.size(0, 100), int64(0)
	w := make([]worker, n)
	if !s.w.fresh {
		burst(w)
		before = n
	}
	s.goroutines = made()
	rounds := s.begin()
	for i := int64(0); i < rounds; i++ {
		burst(w)
	}
	s.end()
	done := -before
	for i := range w {
		done += w[i].done
	}
	s.expect("number of goroutines", done, n*rounds)
	s.finish(n*rounds, n*rounds, 0)
}

// ---- the working set -------------------------------------------------------

// With fewer, what a goroutine's end costs would show.
const leastTurns = 10

// Goroutines park until all are there: main spawns them alone, and is not
// preempted for their sake.  Woken, they yield until main has had its turn, and
// then so many times more.
type turnSet struct {
	gate, wg      sync.WaitGroup
	turns         int64
	start, yields atomic.Int64
}

func takeTurns(set *turnSet) {
	done := int64(0)
	set.gate.Wait()
	for set.start.Load() == 0 {
		runtime.Gosched()
	}
	for ; done < set.turns; done++ {
		runtime.Gosched()
	}
	set.yields.Add(done)
	set.wg.Done()
}

func switchSet(s *state) {
	n := s.size(0, 100)
	set := turnSet{turns: (s.n + n - 1) / n}
	if set.turns < leastTurns {
		set.turns = leastTurns
	}
	set.gate.Add(1)
	set.wg.Add(int(n))
	for i := int64(0); i < n; i++ {
		go takeTurns(&set)
	}
	runtime.Gosched()
	set.gate.Done()
	runtime.Gosched()
	s.begin()
	set.start.Store(1)
	set.wg.Wait()
	s.end()
	s.expect("number of yields", set.yields.Load(), set.turns*n)
	s.finish(set.turns*n, n, 0)
}

func ofSet(n int64) workload {
	return workload{name: fmt.Sprintf("core/switch_set/n:%d", n),
		measure: switchSet, goroutines: n}
}

var coreWorkloads = []workload{
	{name: "core/yield", measure: yield},
	{name: "core/spawn_join", measure: spawnJoin},
	{name: "core/spawn_many/n:100000", measure: spawnMany,
		goroutines: 100000},
	{name: "core/spawn_cold/n:100000", measure: spawnMany,
		goroutines: 100000, fresh: true},
	ofSet(2),
	ofSet(10),
	ofSet(100),
	ofSet(1000),
	ofSet(10000),
	ofSet(100000),
	ofSet(1000000),
}
