package twins

// What is not a deadlock, and traffic that must not look like one.

import (
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"
)

var _ = twin("DL-008/after_func", func() {
	time.AfterFunc(time.Hour, func() {})
	<-make(chan int)
})

var _ = twin("DL-027/timer", func() {
	time.NewTimer(time.Hour)
	<-make(chan int)
})

var _ = twin("DL-027/ticker", func() {
	time.NewTicker(time.Hour)
	<-make(chan int)
})

// askAsync skips what needs the timers of Go 1.22.
func askAsync() {
	t := time.NewTimer(time.Hour)
	if cap(t.C) == 0 {
		skip("no timers of Go 1.22 on request")
	}
	t.Stop()
}

var _ = twin("DL-028/timer", func() {
	askAsync()
	time.NewTimer(time.Hour)
	<-make(chan int)
})

var _ = twin("DL-028/ticker", func() {
	askAsync()
	time.NewTicker(time.Hour)
	<-make(chan int)
})

var _ = twin("DL-008/awaited", func() { <-time.NewTimer(time.Hour).C })

var _ = twin("DL-008/fires", func() {
	<-time.NewTimer(60 * time.Millisecond).C
	say("fired\n")
})

var _ = twin("DL-009", func() {
	time.AfterFunc(50*time.Millisecond, func() {})
	<-make(chan int)
})

var _ = twin("DL-009/sleeper", func() {
	c := make(chan int, 3)
	go sleepThenSend(c)
	for {
		<-c
	}
})

func skipIfStoppedTimersLinger() {
	if stoppedTimersLinger && procs() > 1 {
		skip("before Go 1.23 a stopped timer may hold off the report")
	}
}

var _ = twin("DL-010/timer", func() {
	skipIfStoppedTimersLinger()
	t := time.NewTimer(time.Hour)
	checkEq("Stop", t.Stop(), true)
	<-t.C
})

var _ = twin("DL-010/after_func", func() {
	skipIfStoppedTimersLinger()
	t := time.AfterFunc(time.Hour, func() {})
	checkEq("Stop", t.Stop(), true)
	<-make(chan int)
})

var _ = twin("DL-010/ticker", func() {
	skipIfStoppedTimersLinger()
	t := time.NewTicker(time.Hour)
	t.Stop()
	<-t.C
})

func sleepInTheKernel() {
	t := syscall.Timespec{Nsec: 80e6}
	// Go's own preemption signals interrupt it.
	for syscall.Nanosleep(&t, &t) == syscall.EINTR {
	}
}

var _ = twin("DL-011", func() {
	go func() {
		sleepInTheKernel()
		say("back\n")
		os.Exit(0)
	}()
	<-make(chan int)
})

var _ = twin("DL-011/after", func() {
	go sleepInTheKernel()
	<-make(chan int)
})

var _ = twin("DL-013", func() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	<-c
})

var _ = twin("DL-014", func() {
	go func() { <-make(chan int) }()
	go func() { <-make(chan int) }()
	sleepMs(60)
	say("done\n")
})

var _ = twin("DL-014/running", func() {
	a, b := make(chan int), make(chan int)
	go func() { b <- <-a }()
	go func() { a <- <-b }()
	end := time.Now().Add(30 * time.Millisecond)
	for time.Now().Before(end) {
		runtime.Gosched()
	}
	say("done\n")
})

var _ = twin("DL-026/idle_ticker", func() {
	time.NewTicker(time.Hour)
	select {}
})

var _ = twin("DL-026/idle_timer", func() {
	time.NewTimer(time.Hour)
	<-make(chan int)
})

var _ = twin("DL-026/awaited", func() {
	<-time.NewTicker(60 * time.Millisecond).C
	say("tick\n")
})

var _ = twin("DL-026/left", func() {
	<-time.NewTicker(20 * time.Millisecond).C
	<-make(chan int)
})

var _ = twin("DL-026/stopped", func() {
	t := time.NewTimer(time.Hour)
	go func() { <-t.C }()
	for Waiting() < 1 {
		runtime.Gosched()
	}
	if !t.Stop() {
		panic("not stopped")
	}
	<-(chan int)(nil)
})

var _ = twin("DL-026/select_left", func() {
	t, closed := time.NewTimer(time.Hour), make(chan bool)
	go close(closed)
	select {
	case <-t.C:
	case <-closed:
	}
	<-(chan int)(nil)
})

// wait300 is a random time below 300 us.
func wait300() time.Duration { return time.Duration(rndBelow(300000)) }

var _ = twin("DL-020", func() {
	ball, back := make(chan int), make(chan int)
	go func() {
		for v := range ball {
			back <- v + 1
		}
		close(back)
	}()
	v := 0
	end := time.Now().Add(200 * time.Millisecond)
	for time.Now().Before(end) {
		for i := 0; i < 50; i++ {
			ball <- v
			checkEq("ball", <-back, v+1)
			v++
		}
		time.Sleep(wait300())
		<-time.NewTimer(wait300()).C
		c := make(chan int)
		time.AfterFunc(wait300(), func() { c <- 1 })
		<-c
	}
	close(ball)
	<-back
	say("alive\n")
})

var _ = twin("DL-020/sleepers", func() {
	var wg sync.WaitGroup
	wg.Add(8)
	for i := 0; i < 8; i++ {
		go func() {
			for k := 0; k < 20; k++ {
				time.Sleep(time.Duration(rndBelow(500000)))
			}
			wg.Done()
		}()
	}
	wg.Wait()
	say("alive\n")
})

var _ = twin("DL-021", func() {
	c := make(chan int)
	for i := 0; i < 5000; i++ {
		go func() { c <- 1 }()
		<-c
	}
	say("alive\n")
})

func nextLink(end chan int, left int) {
	if left == 0 {
		end <- 1
		return
	}
	go nextLink(end, left-1)
}

var _ = twin("DL-021/chain", func() {
	c := make(chan int)
	for i := 0; i < 500; i++ {
		go nextLink(c, 10)
		<-c
	}
	say("alive\n")
})

var _ = twin("DL-021/stolen", func() {
	c := make(chan int)
	for i := 0; i < 1000; i++ {
		for k := 0; k < 4; k++ {
			go func() {
				runtime.Gosched()
				c <- 1
			}()
		}
		for k := 0; k < 4; k++ {
			<-c
		}
	}
	say("alive\n")
})
