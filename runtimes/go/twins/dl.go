package twins

// Deadlocks: every blocking primitive, and how several goroutines make one.

import (
	"os"
	"runtime"
	"sync"
	"time"
)

// primitives block for ever, each in its way; DL-003 and DL-004 share them.
var primitives = map[string]func(){
	"send_alone":  func() { make(chan int) <- 1 },
	"recv_alone":  func() { <-make(chan int) },
	"nil_send":    func() { (chan int)(nil) <- 1 },
	"nil_recv":    func() { <-(chan int)(nil) },
	"full_buffer": fullBuffer,
	"range":       rangeUnclosed,
	"select_two":  selectTwo,
	"select_none": func() { select {} },
	"mutex": func() {
		var m sync.Mutex
		m.Lock()
		m.Lock()
	},
	"rw_write": func() {
		var m sync.RWMutex
		m.RLock()
		m.Lock()
	},
	"rw_read": func() {
		var m sync.RWMutex
		m.Lock()
		m.RLock()
	},
	"waitgroup": func() {
		var wg sync.WaitGroup
		wg.Add(1)
		wg.Wait()
	},
	"cond": func() {
		c := sync.NewCond(&sync.Mutex{})
		c.L.Lock()
		c.Wait()
	},
	"once_in_once": func() {
		var o sync.Once
		o.Do(func() { o.Do(func() {}) })
	},
}

func init() {
	for name, body := range primitives {
		twin("DL-003/"+name, body)
		twin("DL-004/"+name, body)
	}
}

func fullBuffer() {
	c := make(chan int, 2)
	for i := 0; i < 3; i++ {
		c <- i
	}
}

func rangeUnclosed() {
	c := make(chan int)
	go func() {
		c <- 1
		c <- 2
	}()
	for range c {
	}
}

func selectTwo() {
	select {
	case <-make(chan int):
	case make(chan int) <- 1:
	}
}

var _ = twin("DL-001", func() { <-make(chan int) })
var _ = twin("DL-002", func() { <-make(chan int) })

var _ = twin("DL-005", func() {
	left, right := make(chan int), make(chan int)
	go func() {
		<-left
		right <- 1
	}()
	go func() {
		<-right
		left <- 1
	}()
	select {}
})

// generators: the first never sends.
func generators() (chan int, chan int) {
	left, right := make(chan int), make(chan int)
	go func() {
		<-(chan int)(nil)
		left <- 1
	}()
	go func() {
		for i := 0; i < 5; i++ {
			right <- i
		}
	}()
	return left, right
}

var _ = twin("DL-006/in_sequence", func() {
	left, right := generators()
	if v := <-left; v >= 0 {
		say("left\n")
	} else if v := <-right; v >= 0 {
		say("right\n")
	}
})

var _ = twin("DL-006/select", func() {
	left, right := generators()
	for i := 0; i < 5; i++ {
		select {
		case <-left:
			say("left\n")
		case <-right:
			say("right\n")
		}
	}
})

var _ = twin("DL-016", func() {
	runtime.LockOSThread()
	<-make(chan int)
})

var _ = twin("DL-016/both", func() {
	runtime.LockOSThread()
	go func() {
		runtime.LockOSThread()
		<-make(chan int)
	}()
	make(chan int) <- 1
})

var _ = twin("DL-017", func() { runtime.Goexit() })

var _ = twin("DL-017/background", func() {
	go func() {
		for i := 0; i < 10; i++ {
			runtime.Gosched()
		}
		time.Sleep(20 * time.Millisecond)
		say("bg done\n")
	}()
	runtime.Goexit()
})

var _ = twin("DL-018", func() {
	go func() { <-make(chan int) }()
	runtime.Goexit()
})

var _ = twin("DL-019", func() {
	func() {
		defer func() {
			if recover() != nil {
				say("recovered\n")
			}
			say("deferred\n")
		}()
		<-make(chan int)
	}()
	say("caught\n")
})

var _ = twin("DL-024/all_four", func() {
	var locks [2]sync.Mutex
	var met [2]chan int
	met[0], met[1] = make(chan int, 1), make(chan int, 1)
	finished := make(chan int)
	for i := 0; i < 2; i++ {
		go func(i int) {
			locks[i].Lock()
			met[i] <- 1
			<-met[1-i]
			locks[1-i].Lock()
			finished <- 1
		}(i)
	}
	<-finished
})

func sleepMs(n int) { time.Sleep(time.Duration(n) * time.Millisecond) }

var _ = twin("DL-007", func() {
	go func() {
		sleepMs(60)
		say("woke\n")
		os.Exit(0)
	}()
	<-make(chan int)
})

var _ = twin("DL-007/main", func() {
	sleepMs(60)
	say("woke\n")
})

func sleepThenSend(c chan int) {
	for i := 0; i < 3; i++ {
		sleepMs(20)
		c <- i
	}
}

var _ = twin("DL-007/one_by_one", func() {
	c := make(chan int)
	go sleepThenSend(c)
	for i := 0; i < 3; i++ {
		checkEq("value", <-c, i)
	}
	say("woke\n")
})
