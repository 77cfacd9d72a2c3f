package twins

// Preemption from outside: loops that never call anything.

import (
	"runtime"
	"sort"
	"sync/atomic"
	"time"
)

var stop, finished int32

func stopped() bool { return atomic.LoadInt32(&stop) != 0 }

func spin() {
	for !stopped() {
	}
	atomic.AddInt32(&finished, 1)
}

// beside runs f beside a spinner on every P; it must come back soon.
func beside(f func(), limit time.Duration) {
	begin := time.Now()
	for i := 0; i < procs(); i++ {
		go spin()
	}
	f()
	took := time.Since(begin)
	check(took < upto(limit), "took %v", took)
	atomic.StoreInt32(&stop, 1)
	check(becomes(&finished, int32(procs())), "all spinners end")
}

var _ = twin("SC-012", func() {
	beside(func() {
		for i := 0; i < 3; i++ {
			runtime.Gosched()
		}
	}, 3*time.Second)
})

var _ = twin("SC-012/sleeper", func() {
	beside(func() { sleepMs(10) }, 2*time.Second)
})

var _ = twin("SC-012/ends", func() {
	go spin()
	runtime.Gosched()
	sleepMs(1)
})

var _ = twin("SC-013", func() {
	go spin()
	runtime.Gosched()
	sleepMs(1)
	say("main ran again\n")
})

var _ = twin("SC-015", func() {
	const n = 8
	var owner, turns int32
	var lengths [n]time.Duration
	began := time.Now()
	for me := int32(1); me <= 2; me++ {
		go func(me int32) {
			for !stopped() {
				if atomic.LoadInt32(&owner) == me {
					continue
				}
				t := time.Now()
				i := atomic.AddInt32(&turns, 1) - 1
				if i >= n {
					break
				}
				lengths[i] = t.Sub(began)
				began = t
				atomic.StoreInt32(&owner, me)
			}
			atomic.AddInt32(&finished, 1)
		}(me)
	}
	require(becomes(&turns, n), "the spinners take turns")
	atomic.StoreInt32(&stop, 1)
	require(becomes(&finished, 2), "the spinners end")
	sort.Slice(lengths[:], func(i, j int) bool {
		return lengths[i] < lengths[j]
	})
	// A busy machine makes turns longer, never shorter.
	shorter, median := lengths[n/4], lengths[n/2]
	check(median >= 5*time.Millisecond, "median turn %v", median)
	check(shorter <= upto(100*time.Millisecond), "turns %v", lengths)
	note("turns %v", lengths)
})

func compute() (uint64, float64) {
	a, b, c := uint64(1), uint64(2), uint64(3)
	x, y, z := 1.0, 0.5, 0.25
	for i := 0; i < 20000; i++ {
		a = a*6364136223846793005 + b
		b ^= a >> 29
		c = (c<<7 | c>>57) + a
		x = x*0.999 + y
		y = y*0.5 + z
		z = z*0.75 + float64(i&7)
	}
	return a ^ b ^ c, x + y + z
}

var _ = twin("SC-016", func() {
	var wrong, computed int32
	n := procs() + 2
	ints, floats := compute()
	for i := 0; i < n; i++ {
		go func() {
			for !stopped() {
				a, x := compute()
				if a != ints || x != floats {
					atomic.AddInt32(&wrong, 1)
				}
				atomic.AddInt32(&computed, 1)
			}
			atomic.AddInt32(&finished, 1)
		}()
	}
	sleepMs(80)
	atomic.StoreInt32(&stop, 1)
	require(becomes(&finished, int32(n)), "all end")
	checkEq("wrong results", wrong, int32(0))
	check(int(computed) > n, "only %d results", computed)
})

func startPair() {
	there, back := make(chan int), make(chan int)
	play := func(in, out chan int) {
		for range in {
			if stopped() {
				break
			}
			out <- 1
		}
		close(out)
		atomic.AddInt32(&finished, 1)
	}
	go play(there, back)
	go play(back, there)
	there <- 1
}

var _ = twin("SC-017", func() {
	startPair()
	go spin()
	for i := 0; i < 5; i++ {
		begin := time.Now()
		runtime.Gosched()
		check(time.Since(begin) < upto(time.Second), "turn %d", i)
	}
	atomic.StoreInt32(&stop, 1)
	check(becomes(&finished, 3), "the pair and the spinner end")
})

var _ = twin("SC-033", func() {
	begin := time.Now()
	startPair()
	go func() {
		for !stopped() {
			runtime.Gosched()
		}
		atomic.AddInt32(&finished, 1)
	}()
	for i := 0; i < procs(); i++ {
		go spin()
	}
	for i := 0; i < 5; i++ {
		sleepMs(1)
	}
	check(time.Since(begin) < upto(2*time.Second), "sleeps took %v",
		time.Since(begin))
	atomic.StoreInt32(&stop, 1)
	check(becomes(&finished, int32(procs())+3), "all end")
})

func startHogs(limit int64, steps *int64) {
	wake := make(chan int)
	for i := 0; i < 2; i++ {
		go func() {
			for range wake {
				if stopped() {
					return
				}
				for k := int64(0); k < limit; k++ {
					spun++
				}
				atomic.AddInt64(steps, limit)
				wake <- 1
			}
		}()
	}
	wake <- 1
}

// spun keeps the compiler from dropping the hogs' loops.
var spun int64

var _ = twin("SC-019", func() {
	var hog, light int64
	startHogs(1000000, &hog)
	startHogs(1000, &light)
	fair := func() bool {
		h, l := atomic.LoadInt64(&hog), atomic.LoadInt64(&light)
		return h > 0 && l > 0 && h < 20*l && l < 20*h
	}
	begin, used := cpuTime(), time.Duration(0)
	for used < 60*time.Millisecond || used < time.Second && !fair() {
		sleepMs(5)
		used = cpuTime() - begin
	}
	atomic.StoreInt32(&stop, 1)
	check(fair(), "steps of the two pairs: %d and %d",
		atomic.LoadInt64(&hog), atomic.LoadInt64(&light))
})

var _ = twin("SC-034", func() {
	const n = 6
	var longest [n]time.Duration
	for i := 0; i < n; i++ {
		go func(i int) {
			last := time.Now()
			for !stopped() {
				for k := 0; k < 1000; k++ {
					stopped() // reading the clock cannot be preempted
				}
				t := time.Now()
				if t.Sub(last) > longest[i] {
					longest[i] = t.Sub(last)
				}
				last = t
			}
			atomic.AddInt32(&finished, 1)
		}(i)
	}
	sleepMs(100)
	atomic.StoreInt32(&stop, 1)
	require(becomes(&finished, n), "all end")
	for i, d := range longest {
		check(d < upto(2*time.Second), "spinner %d was away %v", i, d)
	}
	note("longest waits %v", longest)
})
