package main

import "sync"

// ---- there and back --------------------------------------------------------

func echo(in, out chan int64) {
	for v := range in {
		out <- v + 1
	}
	close(out)
}

func pingpong(s *state) {
	in, out := make(chan int64), make(chan int64)
	v := int64(0)
	go echo(in, out)
	n := s.begin()
	for i := int64(0); i < n; i++ {
		in <- v
		v = <-out
	}
	s.end()
	close(in)
	if _, ok := <-out; ok {
		s.fail("the last receive had a value")
	}
	s.expect("number of turns", v, n)
	s.finish(n, 1, 2*n)
}

// ---- one producer, one consumer --------------------------------------------

func produce(out chan int64, n int64) {
	for i := int64(0); i < n; i++ {
		out <- i
	}
	close(out)
}

func buffered(s *state) {
	c := make(chan int64, s.args[0])
	sum := int64(0)
	n := s.begin()
	go produce(c, n)
	for v := range c {
		sum += v
	}
	s.end()
	s.expect("sum", sum, sumBelow(n))
	s.finish(n, 1, n)
}

// ---- within one goroutine --------------------------------------------------

func sameGoroutine(s *state) {
	c := make(chan int64, s.args[0])
	sum := int64(0)
	n := s.begin()
	for i := int64(0); i < n; i++ {
		c <- i
		sum += <-c
	}
	s.end()
	s.expect("sum", sum, sumBelow(n))
	s.finish(n, 0, n)
}

type bytesOf interface {
	[0]byte | [8]byte | [64]byte | [256]byte | [1024]byte | [4096]byte
}

func elem[T bytesOf](s *state) {
	var in, out T
	for i := 0; i < len(in); i++ {
		in[i] = byte(i*7 + 1)
	}
	c := make(chan T, 16)
	n := s.begin()
	for i := int64(0); i < n; i++ {
		c <- in
		out = <-c
	}
	s.end()
	if in != out {
		s.fail("what was received is not what was sent")
	}
	s.counter("bytes_per_second",
		float64(n)*float64(len(in))*1e9/float64(s.real))
	s.finish(n, 0, n)
}

// ---- several on one channel ------------------------------------------------

// Sends what lies from first up to end.
func produceSome(c chan int64, first, end int64, wg *sync.WaitGroup) {
	for i := first; i < end; i++ {
		c <- i
	}
	wg.Done()
}

type received struct {
	sum, n int64
}

func consumeAll(c chan int64, r *received, wg *sync.WaitGroup) {
	var sum, n int64
	for v := range c {
		sum += v
		n++
	}
	r.sum, r.n = sum, n
	wg.Done()
}

// The consumers are goroutines, or, if there are none, main.
func (s *state) crowd(producers, consumers, capacity int64) {
	var producing, consuming sync.WaitGroup
	c := make(chan int64, capacity)
	r := make([]received, consumers+1)
	n := s.begin()
	producing.Add(int(producers))
	consuming.Add(int(consumers))
	for i := int64(0); i < consumers; i++ {
		go consumeAll(c, &r[i], &consuming)
	}
	for i := int64(0); i < producers; i++ {
		end := n / producers * (i + 1)
		if i == producers-1 {
			end = n
		}
		go produceSome(c, n/producers*i, end, &producing)
	}
	if consumers == 0 {
		for ; r[0].n < n; r[0].n++ {
			r[0].sum += <-c
		}
	}
	producing.Wait()
	close(c)
	consuming.Wait()
	s.end()
	var sum, count int64
	for i := range r {
		sum += r[i].sum
		count += r[i].n
	}
	s.expect("number of values received", count, n)
	s.expect("sum", sum, sumBelow(n))
	s.finish(n, producers+consumers, n)
}

func mpmc(s *state) {
	s.crowd(s.args[0], s.args[1], s.args[2])
}

func fanin(s *state) {
	s.crowd(s.args[0], 0, 0)
}

var chanWorkloads = []workload{
	{name: "chan/pingpong", measure: pingpong},
	{name: "chan/buffered/cap:128", measure: buffered},
	{name: "chan/same_goroutine/cap:128", measure: sameGoroutine},
	{name: "chan/mpmc/producers:4/consumers:4/cap:128", measure: mpmc},
	{name: "chan/elem/bytes:0", measure: elem[[0]byte]},
	{name: "chan/elem/bytes:8", measure: elem[[8]byte]},
	{name: "chan/elem/bytes:64", measure: elem[[64]byte]},
	{name: "chan/elem/bytes:256", measure: elem[[256]byte]},
	{name: "chan/elem/bytes:1024", measure: elem[[1024]byte]},
	{name: "chan/elem/bytes:4096", measure: elem[[4096]byte]},
	{name: "chan/fanin/producers:8", measure: fanin},
}
