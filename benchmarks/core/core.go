// core.go - the core operations of Go, one at a time; core.c is its twin,
// workload by workload, and says what each does.
//
//	core WORKLOAD N
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"
)

const (
	burst      = 100000
	buffer     = 128
	depth      = 1024
	contenders = 8
)

var name string

func expect(what string, got, want int64) {
	if got != want {
		fmt.Fprintf(os.Stderr, "core: %s: %s is %d, not %d\n",
			name, what, got, want)
		os.Exit(1)
	}
}

func least(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

// The sum of 0 ... n - 1.
func sumBelow(n int64) int64 {
	return n * (n - 1) / 2
}

// ---- goroutines ------------------------------------------------------------

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

func yield(n int64) time.Duration {
	var wg sync.WaitGroup
	a := worker{wg: &wg, turns: n / 2}
	b := worker{wg: &wg, turns: n - n/2}
	start := time.Now()
	wg.Add(2)
	go yielder(&a)
	go yielder(&b)
	wg.Wait()
	spent := time.Since(start)
	expect("number of yields", a.done+b.done, n)
	return spent
}

func finish(w *worker) {
	w.done++
	w.wg.Done()
}

func spawnJoin(n int64) time.Duration {
	var wg sync.WaitGroup
	w := worker{wg: &wg}
	start := time.Now()
	for i := int64(0); i < n; i++ {
		wg.Add(1)
		go finish(&w)
		wg.Wait()
	}
	spent := time.Since(start)
	expect("number of goroutines", w.done, n)
	return spent
}

func spawnBurst(n int64) time.Duration {
	var wg sync.WaitGroup
	var spent time.Duration
	var done int64
	w := make([]worker, burst)
	for left := n; left > 0; left -= burst {
		batch := least(left, burst)
		start := time.Now()
		wg.Add(int(batch))
		for i := int64(0); i < batch; i++ {
			w[i].wg = &wg
			go finish(&w[i])
		}
		wg.Wait()
		spent += time.Since(start)
	}
	for i := range w {
		done += w[i].done
	}
	expect("number of goroutines", done, n)
	return spent
}

// ---- channels --------------------------------------------------------------

func echo(in, out chan int64) {
	for v := range in {
		out <- v + 1
	}
	close(out)
}

func pingPong(n int64) time.Duration {
	in, out := make(chan int64), make(chan int64)
	var v, last int64
	go echo(in, out)
	start := time.Now()
	for i := int64(0); i < n; i++ {
		in <- v
		v = <-out
	}
	spent := time.Since(start)
	close(in)
	if _, ok := <-out; ok {
		last = 1
	}
	expect("last receive", last, 0)
	expect("number of turns", v, n)
	return spent
}

func produce(out chan int64, n int64) {
	for i := int64(0); i < n; i++ {
		out <- i
	}
	close(out)
}

func buffered(n int64) time.Duration {
	out := make(chan int64, buffer)
	var sum int64
	start := time.Now()
	go produce(out, n)
	for v := range out {
		sum += v
	}
	spent := time.Since(start)
	expect("sum", sum, sumBelow(n))
	return spent
}

func sendRecv(n int64) time.Duration {
	c := make(chan int64, buffer)
	var sum int64
	start := time.Now()
	for i := int64(0); i < n; i++ {
		c <- i
		sum += <-c
	}
	spent := time.Since(start)
	expect("sum", sum, sumBelow(n))
	return spent
}

// ---- select ----------------------------------------------------------------

func take2(c []chan int64, taken []int64) (v int64) {
	i := 0
	select {
	case v = <-c[0]:
	case v = <-c[1]:
		i = 1
	}
	taken[i]++
	return
}

func take4(c []chan int64, taken []int64) (v int64) {
	i := 0
	select {
	case v = <-c[0]:
	case v = <-c[1]:
		i = 1
	case v = <-c[2]:
		i = 2
	case v = <-c[3]:
		i = 3
	}
	taken[i]++
	return
}

func take8(c []chan int64, taken []int64) (v int64) {
	i := 0
	select {
	case v = <-c[0]:
	case v = <-c[1]:
		i = 1
	case v = <-c[2]:
		i = 2
	case v = <-c[3]:
		i = 3
	case v = <-c[4]:
		i = 4
	case v = <-c[5]:
		i = 5
	case v = <-c[6]:
		i = 6
	case v = <-c[7]:
		i = 7
	}
	taken[i]++
	return
}

func fill(c chan int64, n int64) int64 {
	for i := int64(0); i < n; i++ {
		c <- i
	}
	return sumBelow(n)
}

type taker func(c []chan int64, taken []int64) int64

func selectReady(n int64, k int, take taker) time.Duration {
	c := make([]chan int64, k)
	taken := make([]int64, k)
	var spent time.Duration
	var sum, sent int64
	for i := range c {
		c[i] = make(chan int64, depth)
	}
	for left := n; left > 0; left -= depth {
		for i := range c {
			sent += fill(c[i], depth)
			taken[i] = 0
		}
		start := time.Now()
		for i := least(left, depth); i > 0; i-- {
			sum += take(c, taken)
		}
		spent += time.Since(start)
		for i := range c {
			for ; taken[i] < depth; taken[i]++ {
				sum += <-c[i]
			}
		}
	}
	expect("sum", sum, sent)
	return spent
}

// ---- mutex, timer ----------------------------------------------------------

type counter struct {
	m        sync.Mutex
	wg       sync.WaitGroup
	n, turns int64
}

func (c *counter) increment() {
	for i := int64(0); i < c.turns; i++ {
		c.m.Lock()
		c.n++
		c.m.Unlock()
	}
	c.wg.Done()
}

func mutexOf(n, goroutines int64) time.Duration {
	c := counter{turns: (n + goroutines - 1) / goroutines}
	start := time.Now()
	c.wg.Add(int(goroutines))
	for i := int64(0); i < goroutines; i++ {
		go c.increment()
	}
	c.wg.Wait()
	spent := time.Since(start)
	expect("count", c.n, c.turns*goroutines)
	return spent
}

func timer(n int64) time.Duration {
	var stopped int64
	start := time.Now()
	for i := int64(0); i < n; i++ {
		if time.NewTimer(time.Hour).Stop() {
			stopped++
		}
	}
	spent := time.Since(start)
	expect("number of timers stopped in time", stopped, n)
	return spent
}

// ---- the program -----------------------------------------------------------

var workloads = map[string]func(n int64) time.Duration{
	"yield":       yield,
	"ping-pong":   pingPong,
	"spawn-join":  spawnJoin,
	"spawn-burst": spawnBurst,
	"buffered":    buffered,
	"send-recv":   sendRecv,
	"select-2": func(n int64) time.Duration {
		return selectReady(n, 2, take2)
	},
	"select-4": func(n int64) time.Duration {
		return selectReady(n, 4, take4)
	},
	"select-8": func(n int64) time.Duration {
		return selectReady(n, 8, take8)
	},
	"mutex": func(n int64) time.Duration {
		return mutexOf(n, 1)
	},
	"mutex-contended": func(n int64) time.Duration {
		return mutexOf(n, contenders)
	},
	"timer": timer,
}

// A number from 1 to 10^12; 0 if it is none.
func countOf(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 || n > 1000000000000 {
		return 0
	}
	return n
}

func main() {
	var run func(n int64) time.Duration
	var n int64
	if len(os.Args) == 3 {
		name = os.Args[1]
		run = workloads[name]
		n = countOf(os.Args[2])
	}
	if run == nil || n == 0 {
		fmt.Fprintln(os.Stderr, "usage: core WORKLOAD N")
		os.Exit(2)
	}
	run((n + 3) / 4)
	fmt.Printf("%.2f\n", float64(run(n))/float64(n))
}
