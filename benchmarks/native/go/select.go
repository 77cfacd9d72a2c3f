package main

import "fmt"

const depth = 1024 // selects in a row, and values in each channel

// One select: a value from one of the channels, and which one it was.
type taker func(c []chan int64) (v int64, chosen int)

func take2(c []chan int64) (v int64, chosen int) {
	select {
	case v = <-c[0]:
	case v = <-c[1]:
		chosen = 1
	}
	return
}

func take4(c []chan int64) (v int64, chosen int) {
	select {
	case v = <-c[0]:
	case v = <-c[1]:
		chosen = 1
	case v = <-c[2]:
		chosen = 2
	case v = <-c[3]:
		chosen = 3
	}
	return
}

func take8(c []chan int64) (v int64, chosen int) {
	select {
	case v = <-c[0]:
	case v = <-c[1]:
		chosen = 1
	case v = <-c[2]:
		chosen = 2
	case v = <-c[3]:
		chosen = 3
	case v = <-c[4]:
		chosen = 4
	case v = <-c[5]:
		chosen = 5
	case v = <-c[6]:
		chosen = 6
	case v = <-c[7]:
		chosen = 7
	}
	return
}

func fill(c chan int64) int64 {
	for i := int64(0); i < depth; i++ {
		c <- i
	}
	return sumBelow(depth)
}

// Every channel holds as many values as there are selects in a row, and only
// the selects are timed.
func ready(s *state, take taker) {
	c := make([]chan int64, s.args[0])
	taken := make([]int64, len(c))
	var sum, sent int64
	for i := range c {
		c[i] = make(chan int64, depth)
	}
	n := s.begin()
	for left := n; left > 0; left -= depth {
		s.pause()
		for i := range c {
			sent += fill(c[i])
			taken[i] = 0
		}
		s.resume()
		for i := int64(0); i < left && i < depth; i++ {
			v, chosen := take(c)
			taken[chosen]++
			sum += v
		}
		s.pause()
		for i := range c {
			for ; taken[i] < depth; taken[i]++ {
				sum += <-c[i]
			}
		}
		s.resume()
	}
	s.end()
	s.expect("sum", sum, sent)
	s.finish(n, 0, n)
}

func ofReady(cases int, take taker) workload {
	return workload{name: fmt.Sprintf("select/ready/cases:%d", cases),
		measure: func(s *state) { ready(s, take) }}
}

func defaultOne(s *state) {
	c := make(chan int64)
	again := int64(0)
	n := s.begin()
	for i := int64(0); i < n; i++ {
		select {
		case <-c:
		default:
			again++
		}
	}
	s.end()
	s.expect("number of defaults", again, n)
	s.finish(n, 0, 0)
}

func defaultTwo(s *state) {
	c, d := make(chan int64), make(chan int64)
	again := int64(0)
	n := s.begin()
	for i := int64(0); i < n; i++ {
		select {
		case <-c:
		case <-d:
		default:
			again++
		}
	}
	s.end()
	s.expect("number of defaults", again, n)
	s.finish(n, 0, 0)
}

// ---- there and back --------------------------------------------------------

func selectEcho(in, out chan int64, quit chan struct{}, done chan bool) {
	for {
		select {
		case v := <-in:
			out <- v + 1
		case <-quit:
			done <- true
			return
		}
	}
}

func selectPingpong(s *state) {
	in, out := make(chan int64), make(chan int64)
	quit, done := make(chan struct{}), make(chan bool)
	v, got := int64(0), int64(0)
	go selectEcho(in, out, quit, done)
	n := s.begin()
	for i := int64(0); i < n; i++ {
		in <- v
		select {
		case v = <-out:
			got++
		case <-quit:
		}
	}
	s.end()
	close(quit)
	<-done
	s.expect("number of turns", v, n)
	s.expect("number of values received", got, n)
	s.finish(n, 1, 2*n)
}

var selectWorkloads = []workload{
	ofReady(2, take2),
	ofReady(4, take4),
	ofReady(8, take8),
	{name: "select/default/cases:1", measure: defaultOne},
	{name: "select/default/cases:2", measure: defaultTwo},
	{name: "select/pingpong", measure: selectPingpong},
}
