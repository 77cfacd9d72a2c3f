package twins

// Groups, once and conds that end the process.

import "sync"

var _ = twin("WG-003/fresh", func() {
	var wg sync.WaitGroup
	wg.Done()
	say("went on\n")
})

var _ = twin("WG-003/twice", func() {
	var wg sync.WaitGroup
	wg.Add(1)
	wg.Done()
	wg.Done()
	say("went on\n")
})

var _ = twin("WG-011", func() {
	var wg sync.WaitGroup
	wg.Add(2)
	wg.Done()
	wg.Wait()
})

var _ = twin("WG-015", func() {
	var once sync.Once
	var f func()
	f = func() { once.Do(f) }
	f()
	say("went on\n")
})

var _ = twin("WG-021", func() {
	sync.NewCond(new(sync.Mutex)).Wait()
	say("went on\n")
})

var _ = twin("WG-022", func() {
	type pair struct{ c sync.Cond }
	p := pair{sync.Cond{L: new(sync.Mutex)}}
	p.c.Signal()
	q := p
	q.c.Signal()
	say("went on\n")
})
