package twins

import (
	"sync/atomic"
	"time"
)

// Channels: the panics and the deadlocks.

var _ = twin("CH-012/unbuffered", func() {
	c := make(chan int)
	close(c)
	c <- 1
})

var _ = twin("CH-012/buffered", func() {
	c := make(chan int, 3)
	close(c)
	c <- 1
})

var _ = twin("CH-013/panic", func() {
	c := make(chan int)
	go func() { c <- 1 }()
	settle(1)
	go close(c)
	time.Sleep(upto(5 * time.Second))
})

var _ = twin("CH-014/panic", func() {
	c := make(chan int)
	close(c)
	close(c)
})

var _ = twin("CH-015/panic", func() {
	var c chan int
	close(c)
})

var _ = twin("CH-016/alone", func() {
	var c chan int
	c <- 1
})

var _ = twin("CH-017/alone", func() {
	var c chan int
	<-c
})

// The size of a channel must not be a constant: the compiler would object.
func makeOf(size int) {
	_ = make(chan int64, size)
}

var _ = twin("CH-026/negative", func() { makeOf(-1) })
var _ = twin("CH-026/bytes", func() { makeOf(1 << 59) })
var _ = twin("CH-026/most", func() { makeOf(1<<63 - 1) })

var _ = twin("CH-038/nil", func() {
	var c chan int
	for range c {
	}
	say("ended\n")
})

var _ = twin("CH-038/open", func() {
	c := make(chan int, 2)
	go func() {
		for i := 0; i < 3; i++ {
			c <- i
		}
	}()
	for range c {
	}
	say("ended\n")
})

// startWaiters starts n goroutines that select between a channel they share
// and one of their own.
func startWaiters(n int, shared, done chan struct{}) []chan struct{} {
	own := make([]chan struct{}, n)
	var begun int32
	for i := range own {
		c := make(chan struct{})
		own[i] = c
		go func() {
			atomic.AddInt32(&begun, 1)
			for {
				select {
				case <-c:
					continue
				case <-shared:
				}
				done <- struct{}{}
				return
			}
		}()
	}
	require(becomes(&begun, int32(n)), "not all goroutines ran")
	time.Sleep(5 * time.Millisecond)
	return own
}

// wakeCost is the CPU time to release 100 of n such goroutines ten times by
// their own channels, the best of five.
func wakeCost(n int) time.Duration {
	shared, done := make(chan struct{}), make(chan struct{}, n)
	own := startWaiters(n, shared, done)
	for i := 0; i < 100; i++ {
		j := i + rndBelow(n-i)
		own[i], own[j] = own[j], own[i]
	}
	best := time.Hour
	for k := 0; k < 5; k++ {
		start := cpuTime()
		for i := 0; i < 1000; i++ {
			own[i%100] <- struct{}{}
		}
		if once := cpuTime() - start; once < best {
			best = once
		}
	}
	close(shared)
	for i := 0; i < n; i++ {
		<-done
	}
	return best
}

var _ = twin("CH-048", func() {
	const most = 1.5 * 1.5 * 1.5
	ratio := 0.0
	for n := 1000; n <= 4000; n *= 2 {
		few, many := wakeCost(n), wakeCost(8*n)
		ratio = float64(many) / float64(few)
		note("a wake-up among %d: %d ns, among %d: %.2f times that",
			n, few.Nanoseconds()/1000, 8*n, ratio)
		if ratio < most {
			return
		}
	}
	check(false, "a wake-up costs %.2f times as much", ratio)
})
