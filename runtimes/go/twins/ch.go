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

// linearCost is the CPU time to wake n goroutines that select between a channel
// they share and one of their own: four times by their own, once by close.
func linearCost(n int) time.Duration {
	const releases = 4
	shared, done := make(chan struct{}), make(chan struct{}, n)
	own := make([]chan struct{}, n)
	var begun int32
	for i := range own {
		c := make(chan struct{})
		own[i] = c
		go func() {
			atomic.AddInt32(&begun, 1)
			for released := 0; ; released++ {
				select {
				case <-c:
					continue
				case <-shared:
				}
				checkEq("released", released, releases)
				done <- struct{}{}
				return
			}
		}()
	}
	for i := n - 1; i > 0; i-- {
		j := rndBelow(i + 1)
		own[i], own[j] = own[j], own[i]
	}
	require(becomes(&begun, int32(n)), "not all goroutines ran")
	time.Sleep(5 * time.Millisecond)
	start := cpuTime()
	for k := 0; k < releases; k++ {
		for _, c := range own {
			c <- struct{}{}
		}
	}
	close(shared)
	for i := 0; i < n; i++ {
		<-done
	}
	return cpuTime() - start
}

func bestOf3(n int) time.Duration {
	best := linearCost(n)
	for i := 0; i < 2; i++ {
		if once := linearCost(n); once < best {
			best = once
		}
	}
	return best
}

var _ = twin("CH-048", func() {
	ratio := 0.0
	for n := 2000; n <= 8000; n *= 2 {
		one, four := bestOf3(n), bestOf3(4*n)
		ratio = float64(four) / float64(one)
		note("%d cost %v, four times as many %.2f times", n, one, ratio)
		if ratio < 9 {
			return
		}
	}
	check(false, "four times as many cost %.2f times as much", ratio)
})
