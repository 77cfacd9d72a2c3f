package main

import (
	"fmt"
	"sort"
	"sync"
	"sync/atomic"
	"syscall"
)

// ---- balance ---------------------------------------------------------------

const shares = 8

type task struct {
	start, end int64
	thread     int // of the system; later its number
}

func doTask(t *task, steps int64, wg *sync.WaitGroup) {
	t.start = clock()
	compute(steps)
	t.thread = syscall.Gettid()
	t.end = clock()
	wg.Done()
}

// A thread gets its number with the first task it ended.
func numberThreads(tasks []task) (threads int) {
	byEnd := make([]*task, len(tasks))
	for i := range tasks {
		byEnd[i] = &tasks[i]
	}
	sort.Slice(byEnd, func(i, j int) bool {
		return byEnd[i].end < byEnd[j].end
	})
	numbers := map[int]int{}
	for _, t := range byEnd {
		number, known := numbers[t.thread]
		if !known {
			number = len(numbers)
			numbers[t.thread] = number
		}
		t.thread = number
	}
	return len(numbers)
}

// The part of the tasks that each thread did, greatest first.
func (s *state) shares(tasks []task) {
	done := make([]int, numberThreads(tasks))
	for _, t := range tasks {
		done[t.thread]++
	}
	sort.Sort(sort.Reverse(sort.IntSlice(done)))
	s.counter("threads", float64(len(done)))
	for i := 0; i < len(done) && i < shares; i++ {
		s.counter(fmt.Sprintf("share_%d", i),
			float64(done[i])/float64(len(tasks)))
	}
}

func (s *state) writeTasks(tasks []task, start int64) {
	f := s.details(".tsv")
	if f == nil {
		return
	}
	for _, t := range tasks {
		fmt.Fprintf(f, "%d\t%.3f\t%.3f\n", t.thread,
			float64(t.start-start)/1e3, float64(t.end-start)/1e3)
	}
	f.Close()
}

func balance(s *state) {
	var wg sync.WaitGroup
	n, steps := s.size(0, 50), computeSteps(s.args[1])
	each := fastest(20, steps)
	ideal := float64(each*n) / float64(ways())
	tasks := make([]task, n)
	wg.Add(int(n))
	s.begin()
	start := clock()
	for i := range tasks {
		go doTask(&tasks[i], steps, &wg)
	}
	wg.Wait()
	s.end()
	done, last := int64(0), int64(0)
	for _, t := range tasks {
		if t.end > t.start {
			done++
		}
		if t.end > last {
			last = t.end
		}
	}
	s.expect("number of tasks done", done, n)
	s.finish(n, n, 0)
	s.counter("task_us", float64(each)/1e3)
	s.counter("makespan_ratio", float64(last-start)/ideal)
	s.shares(tasks)
	s.writeTasks(tasks, start)
}

// ---- bursts ----------------------------------------------------------------

type bursting struct {
	wg    sync.WaitGroup
	steps int64
	done  atomic.Int64
}

func smallTask(b *bursting) {
	compute(b.steps)
	b.done.Add(1)
	b.wg.Done()
}

func bursts(s *state) {
	n := s.size(0, 50)
	b := bursting{steps: computeSteps(1)}
	rounds := s.begin()
	for i := int64(0); i < rounds; i++ {
		s.pause()
		sleep(2 * ms)
		s.resume()
		b.wg.Add(int(n))
		for k := int64(0); k < n; k++ {
			go smallTask(&b)
		}
		b.wg.Wait()
	}
	s.end()
	s.expect("number of goroutines", b.done.Load(), n*rounds)
	s.finish(n*rounds, n*rounds, 0)
}

var schedWorkloads = []workload{
	{name: "sched/balance/tasks:10000/us:50", measure: balance,
		goroutines: 10000, once: true},
	{name: "sched/burst/n:1000", measure: bursts},
}
