package twins

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The start and the end of goroutines; many of them; their stacks.

var _ = twin("GO-003", func() {
	go func() {
		time.Sleep(3 * time.Second)
		say("late\n")
	}()
})

var _ = twin("GO-003/asleep", func() {
	started := make(chan struct{})
	go func() {
		started <- struct{}{}
		time.Sleep(3 * time.Second)
		say("late\n")
	}()
	<-started
	time.Sleep(2 * time.Millisecond)
})

var _ = twin("GO-004", func() {
	var spinning int32
	go func() {
		atomic.AddInt32(&spinning, 1)
		for atomic.LoadInt32(&spinning) > 0 {
		}
	}()
	check(becomes(&spinning, 1), "the spinner never ran")
})

var _ = twin("GO-006", func() {
	const n = 100000
	runs := make([]int32, n)
	var wg sync.WaitGroup
	span := func(from, to int) {
		for i := from; i < to; i++ {
			run := &runs[i]
			go func() {
				atomic.AddInt32(run, 1)
				wg.Done()
			}()
		}
	}
	wg.Add(n)
	for i := 0; i < n/2; i += n / 20 {
		go span(i, i+n/20)
	}
	span(n/2, n)
	wg.Wait()
	time.Sleep(time.Millisecond)
	for i := range runs {
		require(atomic.LoadInt32(&runs[i]) == 1,
			"goroutine %d ran %d times", i, runs[i])
	}
})

// park starts n goroutines that receive from c, and waits until each is as
// good as parked: a dump of so many would take too long.
func park(n int, c chan int, then func(v int, ok bool)) {
	var begun int32
	for i := 0; i < n; i++ {
		go func() {
			atomic.AddInt32(&begun, 1)
			v, ok := <-c
			then(v, ok)
		}()
	}
	require(becomes(&begun, int32(n)), "not all goroutines ran")
	time.Sleep(10 * time.Millisecond)
}

var _ = twin("GO-011", func() {
	const n = 100000
	var woken, right int32
	all := make(chan struct{})
	c := make(chan int)
	park(n, c, func(v int, ok bool) {
		if !ok && v == 0 {
			atomic.AddInt32(&right, 1)
		}
		if atomic.AddInt32(&woken, 1) == n {
			all <- struct{}{}
		}
	})
	checkEq("woken before close", atomic.LoadInt32(&woken), int32(0))
	close(c)
	<-all
	checkEq("woken", atomic.LoadInt32(&right), int32(n))
	note("%d goroutines", n)
})

// resident is the number of resident bytes of this process.
func resident() int {
	text, err := os.ReadFile("/proc/self/statm")
	fields := strings.Fields(string(text))
	require(err == nil && len(fields) > 1, "no /proc/self/statm")
	pages, err := strconv.Atoi(fields[1])
	require(err == nil, "bad /proc/self/statm")
	return pages * os.Getpagesize()
}

var _ = twin("GO-013", func() {
	const batch, total = 1000, 1000000
	var left int32
	done := make(chan struct{})
	run := func(gate chan int) {
		atomic.StoreInt32(&left, batch)
		for i := 0; i < batch; i++ {
			go func() {
				<-gate
				if atomic.AddInt32(&left, -1) == 0 {
					done <- struct{}{}
				}
			}()
		}
	}
	gate := make(chan int)
	run(gate)
	time.Sleep(10 * time.Millisecond)
	close(gate)
	<-done
	run(gate)
	<-done
	first := resident()
	for made := 0; made < total; made += batch {
		run(gate)
		<-done
	}
	more := resident() - first
	check(more < 16<<20, "%d goroutines took %d bytes more", total, more)
	note("%d goroutines, %d KiB more", total, more/1024)
})

var _ = twin("GO-016", func() {
	var f func()
	go f()
})

var _ = twin("GO-017", func() {
	const n = 100000
	c := make(chan int)
	before := resident()
	park(n, c, func(int, bool) {})
	each := (resident() - before) / n
	note("%d bytes each, %d parked", each, n)
	check(each <= 16*1024, "a parked goroutine takes %d bytes", each)
	close(c)
})

var _ = twin("GO-018", func() {
	const n = 1000000
	sum := 0
	c, done := make(chan int), make(chan struct{})
	go func() {
		for v := range c {
			sum += v
		}
		done <- struct{}{}
	}()
	start := time.Now()
	for i := 0; i < n; i++ {
		c <- i
	}
	note("%.0f ns a value", float64(time.Since(start).Nanoseconds())/n)
	close(c)
	<-done
	checkEq("sum", sum, n*(n-1)/2)
})

var diveIntact = true

func dive(depth int) int {
	var local [8]int
	for i := range local {
		local[i] = depth*8 + i
	}
	sum := 0
	if depth > 0 {
		sum = dive(depth - 1)
	}
	for i, v := range local {
		diveIntact = diveIntact && v == depth*8+i
		sum += v
	}
	return sum
}

var _ = twin("GO-019", func() {
	const depth = 100000
	sum := make(chan int)
	go func() { sum <- dive(depth - 1) }()
	checkEq("sum", <-sum, 8*depth*(8*depth-1)/2)
	check(diveIntact, "locals were lost")
})

func fall(n int) int {
	var local [16]int
	local[n%16] = n
	return fall(n+1) + local[(n+3)%16]
}

// The limit is lowered: a gigabyte of stack is much for a test.
var _ = twin("GO-020", func() {
	debug.SetMaxStack(64 << 20)
	go fall(0)
	<-make(chan int)
})
