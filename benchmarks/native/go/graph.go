package main

import "sync"

// ---- the pipeline ----------------------------------------------------------

func addOne(in, out chan int64) {
	for v := range in {
		out <- v + 1
	}
	close(out)
}

func pipeline(s *state) {
	stages, sum := s.args[0], int64(0)
	source := make(chan int64)
	last := source
	for i := int64(0); i < stages; i++ {
		next := make(chan int64)
		go addOne(last, next)
		last = next
	}
	n := s.begin()
	go produce(source, n)
	for v := range last {
		sum += v
	}
	s.end()
	s.expect("sum", sum, sumBelow(n)+n*stages)
	s.finish(n, stages+1, n*(stages+1))
}

// ---- the sieve -------------------------------------------------------------

// Goroutine 0 sends 2, 3 ... last and closes; goroutine i > 0 passes on what is
// no multiple of prime number i.  All of it is known beforehand, so the
// goroutines all end.
type stage struct {
	in, out     chan int64
	prime, sent int64
}

func primeNumber(n int64) int64 {
	candidate := int64(1)
	for n > 0 {
		candidate++
		d := int64(2)
		for d*d <= candidate && candidate%d != 0 {
			d++
		}
		if d*d > candidate {
			n--
		}
	}
	return candidate
}

func generate(st *stage, last int64, wg *sync.WaitGroup) {
	for v := int64(2); v <= last; v++ {
		st.out <- v
		st.sent++
	}
	close(st.out)
	wg.Done()
}

func filter(st *stage, wg *sync.WaitGroup) {
	prime := st.prime
	for v := range st.in {
		if v%prime != 0 {
			st.out <- v
			st.sent++
		}
	}
	close(st.out)
	wg.Done()
}

// The values 2 ... last that no prime before number i divides.
func expectedMessages(stages []stage, last int64) int64 {
	n := int64(0)
	for v := int64(2); v <= last; v++ {
		n++
		for i := 1; i < len(stages) && v%stages[i].prime != 0; i++ {
			n++
		}
	}
	return n
}

func sieveOnce(s *state, stages []stage, last int64) {
	var wg sync.WaitGroup
	prime := int64(0)
	wg.Add(len(stages))
	for i := range stages {
		st := &stages[i]
		*st = stage{prime: prime, out: make(chan int64)}
		if i == 0 {
			go generate(st, last, &wg)
		} else {
			st.in = stages[i-1].out
			go filter(st, &wg)
		}
		prime = <-st.out
	}
	s.expect("last prime", prime, last)
	if _, ok := <-stages[len(stages)-1].out; ok {
		s.fail("there is a value after the last prime")
	}
	wg.Wait()
}

func sieve(s *state) {
	primes := s.size(0, 50)
	last := primeNumber(primes)
	stages := make([]stage, primes)
	n := s.repeat(func() { sieveOnce(s, stages, last) })
	sent := int64(0)
	for i := range stages {
		sent += stages[i].sent
	}
	s.expect("number of messages", sent, expectedMessages(stages, last))
	s.finish(n, n*primes, n*sent)
}

// ---- the ring --------------------------------------------------------------

// Adds one to the token each time it comes by.
func passOn(in, out chan int64, rounds int64, wg *sync.WaitGroup) {
	for i := int64(0); i < rounds; i++ {
		out <- 1 + <-in
	}
	wg.Done()
}

// Main is what closes the ring: it sends the token on, round by round.
func ringOnce(s *state, c []chan int64, rounds int64) {
	var wg sync.WaitGroup
	nodes := len(c) - 1
	token := int64(0)
	wg.Add(nodes)
	for i := 0; i < nodes; i++ {
		go passOn(c[i], c[i+1], rounds, &wg)
	}
	for i := int64(0); i < rounds; i++ {
		c[0] <- token
		token = <-c[nodes]
	}
	wg.Wait()
	s.expect("token", token, int64(nodes)*rounds)
}

func ring(s *state) {
	nodes, rounds := s.size(0, 20), s.size(1, 20)
	c := make([]chan int64, nodes+1)
	for i := range c {
		c[i] = make(chan int64)
	}
	n := s.repeat(func() { ringOnce(s, c, rounds) })
	s.finish(n, n*nodes, n*(nodes+1)*rounds)
}

// ---- skynet ----------------------------------------------------------------

const children = 10

// The leaves below are first ... first + size - 1.
func grow(up chan int64, first, size int64) {
	if size == 1 {
		up <- first
		return
	}
	c, sum := make(chan int64), int64(0)
	for i := int64(0); i < children; i++ {
		go grow(c, first+i*(size/children), size/children)
	}
	for i := 0; i < children; i++ {
		sum += <-c
	}
	up <- sum
}

func skynet(s *state) {
	leaves := s.size(0, 1000)
	goroutines := leaves + (leaves-1)/(children-1)
	n := s.repeat(func() {
		root := make(chan int64)
		go grow(root, 0, leaves)
		s.expect("sum", <-root, sumBelow(leaves))
	})
	s.finish(n, n*goroutines, n*goroutines)
}

var graphWorkloads = []workload{
	{name: "chan/pipeline/stages:10", measure: pipeline},
	{name: "chan/sieve/primes:2000", measure: sieve, goroutines: 2000},
	{name: "chan/ring/nodes:1000/rounds:1000", measure: ring},
	{name: "chan/skynet/leaves:1000000", measure: skynet,
		goroutines: 1111111},
}
