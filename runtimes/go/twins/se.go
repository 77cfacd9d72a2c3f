package twins

// Selects that block for ever or panic.

var _ = twin("SE-007", func() {
	select {}
})

var _ = twin("SE-008/blocked", func() {
	var in, out chan int
	select {
	case <-in:
	case out <- 1:
	}
})

var _ = twin("SE-010", func() {
	var none chan int
	c := make(chan int, 1)
	close(c)
	select {
	case <-none:
	case c <- 1:
	}
})

var _ = twin("SE-011", func() {
	c, d := make(chan int), make(chan int)
	go func() {
		settle(1)
		close(c)
	}()
	select {
	case <-d:
	case c <- 1:
	}
})

var _ = twin("SE-016", func() {
	c := make(chan int)
	select {
	case c <- 1:
	case <-c:
	}
})

var _ = twin("SE-032", func() {
	c, d := make(chan int), make(chan int)
	select {
	case <-c:
	case d <- 1:
	}
})
