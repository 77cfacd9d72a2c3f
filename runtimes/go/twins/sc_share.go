package twins

// How work is shared between the P.

import (
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// onePIsLeft: goroutines that never give way hold all other P, each with a
// child in its queue, which only a thief can run.
func onePIsLeft(procs int) {
	n := int32(procs - 1)
	var spinning, children int32
	stop, finished = 0, 0
	for i := int32(0); i < n; i++ {
		go func() {
			atomic.AddInt32(&spinning, 1)
			for atomic.LoadInt32(&spinning) < n {
			}
			go func() { atomic.AddInt32(&children, 1) }()
			spin()
		}()
	}
	check(becomes(&children, n), "with %d P only %d children ran", procs,
		atomic.LoadInt32(&children))
	atomic.StoreInt32(&stop, 1)
	require(becomes(&finished, n), "all end")
}

var _ = twin("SC-027", func() {
	debug.SetGCPercent(-1) // it would wait for the loops
	for _, procs := range []int{2, 3, 4, 5, 8} {
		runtime.GOMAXPROCS(procs)
		onePIsLeft(procs)
	}
})

// runBesideMe: nothing but a thief takes them from one who computes for less
// than a slice of time.
func runBesideMe(n int, done *int32, ended int32) bool {
	runtime.Gosched() // a new slice begins
	end := time.Now().Add(5 * time.Millisecond)
	for i := 0; i < n; i++ {
		go func() { atomic.AddInt32(done, 1) }()
	}
	for atomic.LoadInt32(done) < ended && time.Now().Before(end) {
	}
	return time.Now().Before(end)
}

var _ = twin("SC-023/computing", func() {
	var done, ended int32
	for _, n := range []int{1, 2, 3, 8} {
		attempts := 1
		for ended += int32(n); !runBesideMe(n, &done, ended); attempts++ {
			require(attempts < 200, "some run beside who started them")
			require(becomes(&done, ended), "all run")
			ended += int32(n)
		}
		note("%d at the attempt %d", n, attempts)
	}
})

const side = 96

var a, b, product [side][side]float64

func multiply(times int) {
	for i := 0; i < times; i++ {
		rows, done := make(chan int, side/8), make(chan struct{})
		for w := 0; w < 4; w++ {
			go func() {
				for first := range rows {
					multiplyRows(first)
				}
				done <- struct{}{}
			}()
		}
		for row := 0; row < side; row += 8 {
			rows <- row
		}
		close(rows)
		for w := 0; w < 4; w++ {
			<-done
		}
	}
}

func multiplyRows(first int) {
	for i := first; i < first+8; i++ {
		for k := 0; k < side; k++ {
			sum := 0.0
			for j := 0; j < side; j++ {
				sum += a[i][j] * b[j][k]
			}
			product[i][k] = sum
		}
	}
}

// chainOfSteps: each waits for the one before, so a second P has nothing.
func chainOfSteps(times int) {
	in, mid, out := make(chan int), make(chan int), make(chan int)
	pass := func(in, out chan int) {
		for v := range in {
			out <- v + 1
		}
		close(out)
	}
	go pass(in, mid)
	go pass(mid, out)
	for i := 0; i < times; i++ {
		in <- 1
		checkEq("the value", <-out, 3)
	}
	close(in)
	<-out
}

func timeOf(work func(int), times, procs int) time.Duration {
	runtime.GOMAXPROCS(procs)
	begin := time.Now()
	work(times)
	return time.Since(begin)
}

var _ = twin("SC-008", func() {
	n := runtime.NumCPU()
	if n > 4 {
		n = 4
	}
	for i := 0; i < side*side; i++ {
		a[i/side][i%side] = float64(i % 7)
		b[i/side][i%side] = float64(i % 11)
	}
	one, all := timeOf(multiply, 100, 1), timeOf(multiply, 100, n)
	note("matrices: %.2f times as fast with %d P", float64(one)/float64(all), n)
	checkEq("the last element", product[side-1][side-1], 1439.0)
	one, all = timeOf(chainOfSteps, 10000, 1), timeOf(chainOfSteps, 10000, n)
	note("a chain: %.2f times as fast with %d P", float64(one)/float64(all), n)
})
