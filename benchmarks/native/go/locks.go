package main

import "sync"

func mutex(s *state) {
	var m sync.Mutex
	n, count := s.begin(), int64(0)
	for i := int64(0); i < n; i++ {
		m.Lock()
		count++
		m.Unlock()
	}
	s.end()
	s.expect("count", count, n)
	s.finish(n, 0, 0)
}

// ---- several at a time -----------------------------------------------------

type shared struct {
	m        sync.Mutex
	rw       sync.RWMutex
	wg       sync.WaitGroup
	turns, n int64
}

func increment(c *shared) {
	for i := int64(0); i < c.turns; i++ {
		c.m.Lock()
		c.n++
		c.m.Unlock()
	}
	c.wg.Done()
}

func readLock(c *shared) {
	for i := int64(0); i < c.turns; i++ {
		c.rw.RLock()
		c.rw.RUnlock()
	}
	c.m.Lock()
	c.n += c.turns
	c.m.Unlock()
	c.wg.Done()
}

// So many goroutines share the turns; rounded up to whole turns each.
func together(s *state, body func(*shared)) {
	goroutines := s.args[0]
	n := s.begin()
	c := shared{turns: (n + goroutines - 1) / goroutines}
	c.wg.Add(int(goroutines))
	for i := int64(0); i < goroutines; i++ {
		go body(&c)
	}
	c.wg.Wait()
	s.end()
	s.expect("count", c.n, c.turns*goroutines)
	s.finish(c.turns*goroutines, goroutines, 0)
}

func mutexContended(s *state) {
	together(s, increment)
}

func rwmutexRead(s *state) {
	together(s, readLock)
}

// ---- waitgroup, once -------------------------------------------------------

func waitgroup(s *state) {
	var wg sync.WaitGroup
	n := s.begin()
	for i := int64(0); i < n; i++ {
		wg.Add(1)
		wg.Done()
	}
	s.end()
	wg.Wait()
	s.finish(n, 0, 0)
}

func once(s *state) {
	var o sync.Once
	calls := int64(0)
	count := func() { calls++ }
	o.Do(count)
	n := s.begin()
	for i := int64(0); i < n; i++ {
		o.Do(count)
	}
	s.end()
	s.expect("number of calls", calls, 1)
	s.finish(n, 0, 0)
}

// ---- cond ------------------------------------------------------------------

// Two goroutines take turns: odd ones are main's.
type turns struct {
	m          sync.Mutex
	even, odd  *sync.Cond
	turn, last int64
	done       sync.WaitGroup
}

func takeEven(t *turns) {
	t.m.Lock()
	for t.turn < t.last {
		t.turn++
		t.odd.Signal()
		for t.turn%2 == 1 {
			t.even.Wait()
		}
	}
	t.m.Unlock()
	t.done.Done()
}

func condPingpong(s *state) {
	var t turns
	t.even, t.odd = sync.NewCond(&t.m), sync.NewCond(&t.m)
	t.done.Add(1)
	n := s.begin()
	t.last = 2 * n
	go takeEven(&t)
	t.m.Lock()
	for t.turn < t.last {
		for t.turn%2 == 0 {
			t.odd.Wait()
		}
		t.turn++
		t.even.Signal()
	}
	t.m.Unlock()
	s.end()
	t.done.Wait()
	s.expect("number of turns", t.turn, 2*n)
	s.finish(n, 1, 0)
}

// ---- pool ------------------------------------------------------------------

func pool(s *state) {
	items := int64(0)
	p := sync.Pool{New: func() any {
		items++
		return new([64]byte)
	}}
	n := s.begin()
	for i := int64(0); i < n; i++ {
		item := p.Get().(*[64]byte)
		item[0]++
		p.Put(item)
	}
	s.end()
	if items < 1 || items > n {
		s.fail("%d items made", items)
	}
	s.counter("made", float64(items))
	s.finish(n, 0, 0)
}

var syncWorkloads = []workload{
	{name: "sync/mutex", measure: mutex},
	{name: "sync/mutex_contended/goroutines:8", measure: mutexContended},
	{name: "sync/rwmutex_read/goroutines:4", measure: rwmutexRead},
	{name: "sync/waitgroup", measure: waitgroup},
	{name: "sync/once", measure: once},
	{name: "sync/cond_pingpong", measure: condPingpong},
	{name: "sync/pool", measure: pool},
}
