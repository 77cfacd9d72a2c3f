package twins

// Threads: their limit, goroutines tied to them, and the monitor.  In cgo a
// goroutine that runs C keeps its thread anyway.

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

var _ = twin("SY-007", func() {
	debug.SetMaxThreads(10)
	for i := 0; i < 100; i++ {
		c := make(chan int)
		go func() {
			runtime.LockOSThread()
			c <- 0
			select {}
		}()
		<-c
	}
	say("all have threads\n")
})

// kernelSleep sleeps in a system call, not in the runtime.
func kernelSleep(d time.Duration) {
	t := syscall.NsecToTimespec(int64(d))
	for syscall.Nanosleep(&t, &t) == syscall.EINTR {
	}
}

var _ = twin("SY-007/calls", func() {
	debug.SetMaxThreads(10)
	for i := 0; i < 30; i++ {
		go kernelSleep(5 * time.Second)
	}
	time.Sleep(4 * time.Second)
	say("all have threads\n")
})

var _ = twin("SY-007/default", func() {
	checkEq("the limit", debug.SetMaxThreads(9000), 10000)
	checkEq("the limit set", debug.SetMaxThreads(10000), 9000)
})

// tied is the thread that belongs to one goroutine now.
var tied, intruders, visitors int32

func gettid() int32 { return int32(syscall.Gettid()) }

func onTiedThread() bool {
	before := atomic.LoadInt32(&tied)
	here := gettid()
	return before == here && atomic.LoadInt32(&tied) == here
}

func lookForThread() {
	for !stopped() {
		if onTiedThread() {
			atomic.AddInt32(&intruders, 1)
		}
		atomic.AddInt32(&visitors, 1)
		runtime.Gosched()
	}
	atomic.AddInt32(&finished, 1)
}

var ask, answer = make(chan int), make(chan int)

func movedFrom(thread int32) (moves int) {
	look := func() {
		if gettid() != thread {
			moves++
		}
	}
	for i := 0; i < 20; i++ {
		runtime.Gosched()
		look()
		ask <- i
		look()
		checkEq("the answer", <-answer, i)
		look()
		if i%8 == 0 {
			time.Sleep(time.Millisecond / 2)
		}
		look()
	}
	return moves
}

func startOthers() int32 {
	go func() {
		for v := range ask {
			answer <- v
		}
		atomic.AddInt32(&finished, 1)
	}()
	n := procs() + 2
	for i := 0; i < n; i++ {
		go lookForThread()
	}
	return int32(n + 1)
}

func endOthers(n int32) {
	atomic.StoreInt32(&stop, 1)
	close(ask)
	check(becomes(&finished, n), "the others end")
}

func tie(thread int32) { atomic.StoreInt32(&tied, thread) }

func staysAlone(what string) {
	checkEq("moves, "+what, movedFrom(gettid()), 0)
	checkEq("intruders, "+what, atomic.LoadInt32(&intruders), int32(0))
}

var _ = twin("SY-008", func() {
	n := startOthers()
	runtime.LockOSThread()
	tie(gettid())
	staysAlone("locked")
	check(atomic.LoadInt32(&visitors) > 0, "the others ran")
	tie(0)
	runtime.UnlockOSThread()
	endOthers(n)
})

var _ = twin("SY-008/several", func() {
	const n = 4
	var threads [n]int32
	for i := 0; i < n; i++ {
		go func(me int) {
			runtime.LockOSThread()
			thread := gettid()
			atomic.StoreInt32(&threads[me], thread)
			atomic.AddInt32(&finished, 1)
			moves := 0
			for !stopped() {
				runtime.Gosched()
				time.Sleep(time.Millisecond / 4)
				if gettid() != thread {
					moves++
				}
			}
			checkEq("moves", moves, 0)
			runtime.UnlockOSThread()
			atomic.AddInt32(&finished, 1)
		}(i)
	}
	require(becomes(&finished, n), "all start")
	for i := range threads {
		for k := 0; k < i; k++ {
			check(atomic.LoadInt32(&threads[i]) !=
				atomic.LoadInt32(&threads[k]), "one thread of two")
		}
	}
	sleepMs(5)
	atomic.StoreInt32(&stop, 1)
	check(becomes(&finished, 2*n), "all end")
})

var _ = twin("SY-008/preempted", func() {
	for i := 0; i < procs(); i++ {
		go spin()
	}
	runtime.LockOSThread()
	thread, moves := gettid(), 0
	for begin := time.Now(); time.Since(begin) < 60*time.Millisecond; {
		if gettid() != thread {
			moves++
		}
	}
	runtime.Gosched()
	checkEq("the thread", gettid(), thread)
	checkEq("moves", moves, 0)
	runtime.UnlockOSThread()
	atomic.StoreInt32(&stop, 1)
	check(becomes(&finished, int32(procs())), "the spinners end")
})

var _ = twin("SY-009", func() {
	n := startOthers()
	runtime.LockOSThread()
	runtime.LockOSThread()
	tie(gettid())
	staysAlone("locked twice")
	runtime.UnlockOSThread()
	staysAlone("unlocked once")
	runtime.UnlockOSThread()
	check(becomes(&intruders, 1), "others come to the thread")
	endOthers(n)
})

var _ = twin("SY-009/unlocked", func() {
	n := startOthers()
	runtime.UnlockOSThread()
	runtime.LockOSThread()
	tie(gettid())
	staysAlone("locked")
	tie(0)
	runtime.UnlockOSThread()
	runtime.UnlockOSThread()
	runtime.LockOSThread()
	checkEq("moves", movedFrom(gettid()), 0)
	runtime.UnlockOSThread()
	endOthers(n)
})

func threadExists(thread int32) bool {
	var st syscall.Stat_t
	path := "/proc/self/task/" + strconv.Itoa(int(thread))
	return syscall.Stat(path, &st) == nil
}

var _ = twin("SY-010", func() {
	for how := 0; how < 3; how++ {
		var thread int32
		go func(how int) {
			runtime.LockOSThread()
			if how == 1 {
				runtime.LockOSThread()
			}
			atomic.StoreInt32(&thread, gettid())
			atomic.AddInt32(&finished, 1)
			if how == 2 {
				runtime.Goexit()
			}
		}(how)
		require(becomes(&finished, int32(how+1)), "it starts")
		// The first thread of a process waits for ever instead.
		if thread == int32(os.Getpid()) {
			continue
		}
		end := time.Now().Add(upto(10 * time.Second))
		for threadExists(thread) {
			if time.Now().After(end) {
				check(false, "its thread is still there")
				break
			}
			time.Sleep(time.Millisecond / 4)
		}
	}
})

const (
	prSetName  = 15
	prGetName  = 16
	newThreads = 12
)

// nameThread sets or gets the thread's name, which new threads inherit.
func nameThread(op uintptr, name *[16]byte) {
	syscall.RawSyscall(syscall.SYS_PRCTL, op,
		uintptr(unsafe.Pointer(name)), 0)
}

var taint = [16]byte{'t', 'a', 'i', 'n', 't', 'e', 'd'}

func hasTaint() bool {
	var name [16]byte
	nameThread(prGetName, &name)
	return name == taint
}

var tainted, inside int32

func makeThreads(round int32) {
	c := make(chan int)
	for i := 0; i < newThreads; i++ {
		go func() {
			runtime.LockOSThread()
			if hasTaint() {
				atomic.AddInt32(&tainted, 1)
			}
			atomic.AddInt32(&inside, 1)
			<-c
			runtime.UnlockOSThread()
			atomic.AddInt32(&finished, 1)
		}()
	}
	require(becomes(&inside, round*newThreads), "they start")
	close(c)
	require(becomes(&finished, round*newThreads), "they end")
}

var _ = twin("SY-011", func() {
	c := make(chan int)
	go func() {
		runtime.LockOSThread()
		nameThread(prSetName, &taint)
		makeThreads(1)
		check(hasTaint(), "it has the name")
		c <- 1
	}()
	<-c
	makeThreads(2)
	checkEq("tainted threads", atomic.LoadInt32(&tainted), int32(0))
	check(!hasTaint(), "main has the name")
})

var _ = twin("SY-012", func() {
	for n := 0; n <= 10; n += 5 {
		c := make(chan int, n)
		send := func() {
			for i := 1; i <= 10; i++ {
				c <- i
			}
		}
		sendTied := func() {
			runtime.LockOSThread()
			send()
			runtime.UnlockOSThread()
		}
		receive := func() {
			for i := 1; i <= 10; i++ {
				checkEq("received", <-c, i)
			}
		}
		go sendTied()
		receive()
		runtime.LockOSThread()
		go send()
		receive()
		go sendTied()
		receive()
		runtime.UnlockOSThread()
	}
})

var _ = twin("SY-013", func() {
	beside(func() {
		for i := 0; i < 3; i++ {
			kernelSleep(5 * time.Millisecond)
		}
	}, 3*time.Second)
})

var _ = twin("SY-013/timer", func() {
	beside(func() {
		c := make(chan int)
		for i := 0; i < 4; i++ {
			go func() {
				kernelSleep(5 * time.Millisecond)
				c <- 1
			}()
		}
		sleepMs(2)
		for i := 0; i < 4; i++ {
			<-c
		}
	}, 3*time.Second)
})
