package main

import (
	"bufio"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
)

// ---- goroutines that are parked on a channel until it is closed ------------

type parked struct {
	gate    chan struct{}
	wg      sync.WaitGroup
	arrived atomic.Int64
}

func waitAtGate(p *parked) {
	p.arrived.Add(1)
	<-p.gate
	p.wg.Done()
}

// Returns when all n are parked.
func parkMany(n int64) *parked {
	p := &parked{gate: make(chan struct{})}
	p.wg.Add(int(n))
	for i := int64(0); i < n; i++ {
		go waitAtGate(p)
	}
	for p.arrived.Load() < n {
		sleep(ms)
	}
	// The last ones to arrive are still on their way into the receive.
	sleep(20 * ms)
	return p
}

// Lets them end and waits for that.
func (p *parked) unpark() {
	close(p.gate)
	p.wg.Wait()
}

// ---- what they take of the machine's memory --------------------------------

// Bytes of resident pages, and of their page tables.
func footprint() (rss, pte float64) {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var kb float64
		if n, _ := fmt.Sscanf(lines.Text(), "VmRSS: %f", &kb); n == 1 {
			rss = kb * 1024
		} else if n, _ := fmt.Sscanf(lines.Text(), "VmPTE: %f", &kb); n == 1 {
			pte = kb * 1024
		}
	}
	return
}

func parkedMemory(s *state) {
	n := s.size(0, 1000)
	rssBefore, pteBefore := footprint()
	s.begin()
	p := parkMany(n)
	s.end()
	rss, pte := footprint()
	p.unpark()
	if rss == 0 || rssBefore == 0 {
		s.fail("no VmRSS in /proc/self/status")
	}
	rss = (rss - rssBefore) / float64(n)
	pte = (pte - pteBefore) / float64(n)
	s.expect("number of goroutines parked", p.arrived.Load(), n)
	s.finish(n, n, 0)
	s.counter("rss_bytes_per_goroutine", rss)
	s.counter("pte_bytes_per_goroutine", pte)
	s.counter("bytes_per_goroutine", rss+pte)
}

var memoryWorkloads = []workload{
	{name: "mem/parked/n:100000", measure: parkedMemory,
		goroutines: 100000, fresh: true},
	{name: "mem/parked/n:1000000", measure: parkedMemory,
		goroutines: 1000000, fresh: true},
}

// ---- the CPU of a process in which nothing happens -------------------------

func idle(s *state) {
	n := s.size(0, 100)
	p := parkMany(n)
	s.begin()
	sleep(unlessTiny(500, 5) * ms)
	s.end()
	p.unpark()
	s.expect("number of goroutines parked", p.arrived.Load(), n)
	s.finish(1, n, 0)
	s.counter("cpu_us_per_s", float64(s.cpu)*1e6/float64(s.real))
}

var idleWorkloads = []workload{
	{name: "idle/parked/n:1000", measure: idle, once: true},
}
