package twins

// Panics that nobody catches, goexit, and exit.

import (
	"errors"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

func boom() { panic("boom") }

var _ = twin("PA-001", func() {
	go boom()
	time.Sleep(time.Minute)
	say("main went on\n")
})

var _ = twin("PA-001/blocked", func() {
	go boom()
	<-make(chan int)
	say("main went on\n")
})

func yieldForever() {
	for {
		runtime.Gosched()
	}
}

var _ = twin("PA-001/busy", func() {
	go func() {
		for i := 0; i < 100; i++ {
			runtime.Gosched()
		}
		panic("boom")
	}()
	yieldForever()
})

var _ = twin("PA-001/returning", func() {
	c := make(chan int)
	go func() {
		defer yieldTen()
		c <- 1
		panic("boom")
	}()
	<-c
	yieldTen()
})

func yieldTen() {
	for i := 0; i < 10; i++ {
		runtime.Gosched()
	}
}

var _ = twin("PA-002", func() { panic("test") })

var _ = twin("PA-003/panic", func() {
	time.AfterFunc(time.Hour, func() {})
	panic("test")
})

var _ = twin("PA-004/string", func() { panic("two words: 100%s") })
var _ = twin("PA-004/integer", func() { panic(42) })
var _ = twin("PA-004/negative", func() { panic(-7) })
var _ = twin("PA-004/error", func() { panic(errors.New("no such thing")) })

var _ = twin("PA-024", func() { panic("one\ntwo\nthree") })

var _ = twin("PA-006", func() {
	defer func() {
		if r := recover(); r != nil {
			panic(r)
		}
	}()
	panic("x")
})

var _ = twin("PA-007", func() {
	func() {
		defer func() { recover() }()
		go boom()
		<-make(chan int)
	}()
	say("caught\n")
})

var _ = twin("PA-011", func() {
	go yieldForever()
	defer func() {
		for i := 0; i < 10; i++ {
			runtime.Gosched()
		}
		sleepMs(1)
		say("deferred\n")
	}()
	panic("boom")
})

func race(n int) {
	var ready int32
	for i := 0; i < n; i++ {
		go func() {
			atomic.AddInt32(&ready, 1)
			for atomic.LoadInt32(&ready) < 2 {
				runtime.Gosched()
			}
			panic("race")
		}()
	}
	<-make(chan int)
}

var _ = twin("PA-012", func() { race(2) })
var _ = twin("PA-012/eight", func() { race(8) })

var _ = twin("PA-009/goexit_in_panic", func() {
	go func() {
		defer runtime.Goexit()
		panic("hello")
	}()
	runtime.Goexit()
})

func hello() { panic("hello") }

func mustRecover() {
	if recover() == nil {
		panic("bad recover")
	}
}

var _ = twin("PA-009/panic_after_goexit", func() {
	defer hello()
	runtime.Goexit()
})

var _ = twin("PA-009/recovered_panic", func() {
	defer func() {
		defer mustRecover()
		panic("hello")
	}()
	runtime.Goexit()
})

var _ = twin("PA-009/recover_before", func() {
	defer mustRecover()
	defer hello()
	runtime.Goexit()
})

var _ = twin("PA-009/between", func() {
	defer hello()
	defer runtime.Goexit()
	panic("first")
})

var _ = twin("PA-009/once", func() {
	go new(sync.Once).Do(func() {
		defer hello()
		runtime.Goexit()
	})
	<-make(chan int)
})

var _ = twin("PA-009/goexit_goes_on", func() {
	defer say("still\n")
	defer mustRecover()
	defer hello()
	runtime.Goexit()
	say("returned\n")
})

// exitWith leaves traces that nobody may hear of after the exit.
func exitWith(status int) {
	defer say("deferred\n")
	go func() {
		sleepMs(1000)
		say("other\n")
	}()
	say("before\n")
	os.Exit(status)
	say("after\n")
}

var _ = twin("PA-010", func() { exitWith(3) })
var _ = twin("PA-010/zero", func() { exitWith(0) })
var _ = twin("PA-010/high", func() { exitWith(255) })

var _ = twin("PA-010/goroutine", func() {
	go exitWith(4)
	<-make(chan int)
	say("main\n")
})

var _ = twin("PA-010/busy", func() {
	for i := 0; i < 3; i++ {
		go yieldForever()
	}
	for i := 0; i < 10; i++ {
		runtime.Gosched()
	}
	exitWith(5)
})
