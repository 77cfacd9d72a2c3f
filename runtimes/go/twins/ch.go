package twins

import "time"

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
