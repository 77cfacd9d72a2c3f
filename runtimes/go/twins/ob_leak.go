package twins

// The leak profile of Go 1.26, behind GOEXPERIMENT=goroutineleakprofile when the
// toolchain builds this.  Where it is not there a twin skips.

import (
	"bytes"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Leaks is the blocks of a dump that the profile marks; nil without it.
func Leaks() []byte {
	profile := pprof.Lookup("goroutineleak")
	if profile == nil {
		return nil
	}
	var all bytes.Buffer
	if profile.WriteTo(&all, 2) != nil {
		return nil
	}
	leaks := []byte{}
	for _, block := range bytes.Split(all.Bytes(), []byte("\n\n")) {
		head, _, _ := bytes.Cut(block, []byte("\n"))
		if !bytes.Contains(head, []byte(" (leaked)")) {
			continue
		}
		if len(leaks) > 0 {
			leaks = append(leaks, "\n"...)
		}
		leaks = append(append(leaks, block...), '\n')
	}
	return leaks
}

// leaks is the report, and how many goroutines are in it.
func leaks() (string, int) {
	text := Leaks()
	if text == nil {
		skip("no leak profile: it needs GOEXPERIMENT=goroutineleakprofile")
	}
	return string(text), strings.Count(string(text), " (leaked)")
}

func checkLeaks(want int) string {
	text, n := leaks()
	checkEq("the number of leaks", n, want)
	return text
}

func inState(text, state string) int {
	return strings.Count(text, "["+state+" (leaked)")
}

// oneLeak is the twin of OB-026: start makes one goroutine wait for ever.
func oneLeak(id, state string, start func()) struct{} {
	return twin("OB-026/"+id, func() {
		go start()
		settle(1)
		checkEq(state, inState(checkLeaks(1), state), 1)
	})
}

var (
	_ = oneLeak("nil_recv", "chan receive (nil chan)", func() {
		var c chan int
		<-c
	})
	_ = oneLeak("nil_send", "chan send (nil chan)", func() {
		var c chan int
		c <- 7
	})
	_ = oneLeak("no_cases", "select (no cases)", func() { select {} })
	_ = oneLeak("recv", "chan receive", recvOwn)
	_ = oneLeak("send", "chan send", func() {
		c := make(chan int, 1)
		c <- 7
		c <- 7
	})
	_ = oneLeak("select", "select", func() {
		select {
		case make(chan int) <- 7:
		case <-make(chan int):
		}
	})
	_ = oneLeak("large_select", "select", func() {
		c := func() chan int { return make(chan int) }
		select {
		case <-c():
		case <-c():
		case <-c():
		case <-c():
		case <-c():
		case <-c():
		case <-c():
		case <-c():
		case <-c():
		case <-c():
		}
	})
	_ = oneLeak("wg", "sync.WaitGroup.Wait", func() {
		var wg sync.WaitGroup
		wg.Add(1)
		wg.Wait()
	})
	_ = oneLeak("mutex", "sync.Mutex.Lock", func() {
		var m sync.Mutex
		m.Lock()
		m.Lock()
	})
	_ = oneLeak("mutex_heap", "sync.Mutex.Lock", func() {
		m := new(sync.Mutex)
		m.Lock()
		m.Lock()
	})
	_ = oneLeak("rlock", "sync.RWMutex.RLock", func() {
		m := new(sync.RWMutex)
		m.Lock()
		m.RLock()
	})
	_ = oneLeak("wlock", "sync.RWMutex.Lock", func() {
		m := new(sync.RWMutex)
		m.RLock()
		m.Lock()
	})
	_ = oneLeak("cond", "sync.Cond.Wait", func() {
		c := sync.NewCond(new(sync.Mutex))
		c.L.Lock()
		c.Wait()
	})
)

func recvOwn() {
	<-make(chan int)
}

var leakGlobal chan struct{}

var _ = twin("OB-026/marked", func() {
	leakGlobal = make(chan struct{})
	go func() { <-leakGlobal }()
	go recvOwn()
	settle(2)
	checkLeaks(1)
	dump := string(Dump())
	checkEq("marked", strings.Count(dump, "[chan receive (leaked)]:\n"), 1)
	checkEq("unmarked", strings.Count(dump, "[chan receive]:\n"), 1)
	checkEq("marks", strings.Count(dump, "(leaked)"), 1)
})

// noLeak is the twin of OB-027: start starts n goroutines that wait.
func noLeak(id string, n int, start func()) struct{} {
	return twin("OB-027/"+id, func() {
		go start()
		settle(n)
		checkLeaks(0)
	})
}

type leakNode struct {
	next *leakNode
	c    chan struct{}
}

var (
	leakList   *leakNode
	leakMutex  sync.Mutex
	leakBuffer chan chan chan struct{}
)

func closeLate(c chan struct{}) {
	time.Sleep(time.Hour)
	close(c)
}

var (
	_ = noLeak("global", 1, func() {
		c := make(chan struct{})
		leakGlobal = c
		go func() { <-c }()
	})
	_ = noLeak("list", 1, func() {
		for i := 0; i < 100; i++ {
			n := &leakNode{leakList, make(chan struct{})}
			leakList = n
			if i == 0 {
				go func() { <-n.c }()
			}
		}
	})
	_ = noLeak("mutex", 1, func() {
		leakMutex.Lock()
		go leakMutex.Lock()
	})
	_ = noLeak("sleeper", 2, func() {
		c := make(chan struct{})
		go func() { <-c }()
		go closeLate(c)
	})
	_ = noLeak("timer", 1, func() {
		c := make(chan struct{})
		go func() { <-c }()
		time.AfterFunc(time.Hour, func() { close(c) })
	})
	_ = noLeak("after", 1, func() {
		go func() { <-time.After(time.Hour) }()
	})
	_ = noLeak("deadline", 1, func() {
		go func() {
			select {
			case <-make(chan struct{}):
			case <-time.After(time.Hour):
			}
		}()
	})
	_ = noLeak("buffer", 1, func() {
		c := make(chan struct{})
		inner := make(chan chan struct{}, 3)
		leakBuffer = make(chan chan chan struct{}, 1)
		inner <- c
		leakBuffer <- inner
		go func() { <-c }()
	})
	_ = noLeak("waiter", 2, func() {
		c := make(chan struct{})
		leakGlobal = make(chan struct{})
		go forward(leakGlobal, c)
		go func() { <-c }()
	})
	_ = noLeak("asleep", 1, func() {
		go time.Sleep(time.Hour)
	})
)

var _ = twin("OB-027/local", func() {
	c := make(chan int)
	go func() { <-c }()
	settle(1)
	checkLeaks(0)
	c <- 7
})

func forward(from, to chan struct{}) {
	<-from
	close(to)
}

var _ = twin("OB-028/mixed", func() {
	go func() {
		c := make(chan int)
		var wg sync.WaitGroup
		wg.Add(1)
		go func() {
			c <- 7
			wg.Done()
		}()
		wg.Wait()
		<-c
	}()
	settle(2)
	text := checkLeaks(2)
	checkEq("waits", inState(text, "sync.WaitGroup.Wait"), 1)
	checkEq("sends", inState(text, "chan send"), 1)
})

var leakHead chan struct{}

// buildChain leaves n goroutines, each of which waits for the one before.
func buildChain(n int) {
	go func() {
		c := make(chan struct{})
		leakHead = c
		for i := 0; i < n; i++ {
			next := make(chan struct{})
			go forward(c, next)
			c = next
		}
	}()
	settle(n)
}

var _ = twin("OB-028/fed", func() {
	buildChain(10)
	checkLeaks(0)
	close(leakHead)
	time.Sleep(time.Millisecond)
})

var _ = twin("LEAK-002", func() {
	const n = 1000
	buildChain(n)
	checkLeaks(0)
	leakHead = nil
	checkEq("receives", inState(checkLeaks(n), "chan receive"), n)
})

var _ = twin("OB-029", func() {
	before := runtime.NumGoroutine()
	for i := 0; i < 3; i++ {
		go recvOwn()
	}
	settle(3)
	first := checkLeaks(3)
	checkEq("the second report", checkLeaks(3), first)
	checkEq("goroutines", runtime.NumGoroutine()-before, 3)
})

var _ = twin("LEAK-001", func() {
	const living, lost, searches = 10, 10, 4
	var searched int32
	leakGlobal = make(chan struct{})
	for i := 0; i < living; i++ {
		go func() { <-leakGlobal }()
	}
	for i := 0; i < lost; i++ {
		go recvOwn()
	}
	settle(living + lost)
	for i := 0; i < searches; i++ {
		go func() {
			checkLeaks(lost)
			atomic.AddInt32(&searched, 1)
		}()
	}
	check(becomes(&searched, searches), "the searches do not end")
	checkLeaks(lost)
})
