package main

import (
	"math"
	"sync"
)

// Requests at fixed times, whatever became of those before: an open loop.  A
// latency counts from the time the request was due, so a stall is charged to
// every request it held up.
const (
	workers = 4
	backlog = 1024
	workUs  = 5
)

type load struct {
	wg           sync.WaitGroup
	queue        chan int64 // of request numbers; nil: a goroutine each
	steps, start int64
	period       float64 // ns
	latency      []int64 // written by whoever does the request
	late         int64   // requests issued over 1 ms after they were due
}

func (l *load) due(i int64) int64 {
	return l.start + int64(float64(i)*l.period)
}

func (l *load) serve(i int64) {
	compute(l.steps)
	l.latency[i] = clock() - l.due(i)
}

func serveQueue(l *load) {
	for i := range l.queue {
		l.serve(i)
	}
	l.wg.Done()
}

func serveOne(l *load, i int64) {
	l.serve(i)
	l.wg.Done()
}

// Sleeps until a request is due; is late with it rather than leave it out.
func (l *load) issueAll() {
	for i := int64(0); i < int64(len(l.latency)); i++ {
		early := l.due(i) - clock()
		if early > 0 {
			sleep(early)
		}
		if early < -ms {
			l.late++
		}
		if l.queue != nil {
			l.queue <- i
			continue
		}
		l.wg.Add(1)
		go serveOne(l, i)
	}
}

func (s *state) latencies(queue chan int64) {
	rate, seconds := float64(s.args[0]), math.Max(settings.minTime, 1)
	if settings.tiny {
		seconds = 0.02
	}
	l := load{queue: queue, steps: computeSteps(workUs), period: 1e9 / rate,
		latency: make([]int64, int64(rate*seconds))}
	n := int64(len(l.latency))
	goroutines, messages := n, int64(0)
	if queue != nil {
		goroutines, messages = workers, n
		l.wg.Add(workers)
		for i := 0; i < workers; i++ {
			go serveQueue(&l)
		}
	}
	s.begin()
	l.start = clock() + ms
	l.issueAll()
	if queue != nil {
		close(queue)
	}
	l.wg.Wait()
	s.end()
	served := int64(0)
	for _, ns := range l.latency {
		if ns > 0 {
			served++
		}
	}
	s.expect("number of requests served", served, n)
	s.finish(n, goroutines, messages)
	s.counter("late_starts", float64(l.late)/float64(n))
	s.percentiles(l.latency)
}

func handedToWorkers(s *state) {
	s.latencies(make(chan int64, backlog))
}

func goroutineEach(s *state) {
	s.latencies(nil)
}

var latencyWorkloads = []workload{
	{name: "latency/open/rate:1000", measure: handedToWorkers, once: true},
	{name: "latency/open/rate:20000", measure: handedToWorkers, once: true},
	{name: "latency/open_spawn/rate:20000", measure: goroutineEach,
		once: true},
}
