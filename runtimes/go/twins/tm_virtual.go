//go:build go1.25

package twins

// Cases in virtual time: the body is a bubble of testing/synctest.

import (
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// bubble registers a body that runs in a bubble.  synctest asks for a test:
// testing.Main makes one, and the process ends inside it, before testing has
// its say.  A goroutine of its own runs the bubble, as the test's own would
// catch a panic and raise it again.
func bubble(id string, body func()) struct{} {
	return twin(id, func() {
		os.Args = os.Args[:1]
		all := func(_, _ string) (bool, error) { return true, nil }
		run := func(t *testing.T) {
			go func() {
				synctest.Test(t, func(*testing.T) { body() })
				emit("done", "")
				os.Exit(int(atomic.LoadInt32(&failed)))
			}()
			select {}
		}
		testing.Main(all, []testing.InternalTest{{Name: "case", F: run}},
			nil, nil)
	})
}

// wall is real time, which package time does not give in a bubble.
func wall() time.Duration {
	var t syscall.Timeval
	syscall.Gettimeofday(&t)
	return time.Duration(t.Nano())
}

// took fails the case unless exactly d has passed since begin.
func took(begin time.Time, d time.Duration) {
	checkEq("time passed", time.Since(begin), d)
}

func isAt(t, want time.Time) {
	check(t.Equal(want), "%v, want %v", t, want)
}

func nothing(c <-chan time.Time) {
	select {
	case <-c:
		check(false, "a value")
	default:
	}
}

// ---- the clock itself

var _ = bubble("TM-047", func() {
	begin, real := time.Now(), wall()
	time.Sleep(time.Hour)
	took(begin, time.Hour)
	check(wall()-real < upto(5*time.Second), "real time")
})

var _ = bubble("TM-047/busy", func() {
	var count atomic.Int32
	begin, real := time.Now(), wall()
	go func() {
		time.Sleep(1)
		count.Add(1)
	}()
	for wall()-real < 20*time.Millisecond {
	}
	took(begin, 0)
	checkEq("count", count.Load(), int32(0))
	time.Sleep(2)
	checkEq("count", count.Load(), int32(1))
	took(begin, 2)
})

var _ = bubble("TM-047/call", func() {
	var count atomic.Int32
	begin, real := time.Now(), wall()
	go func() {
		time.Sleep(1)
		count.Add(1)
	}()
	for left := (syscall.Timespec{Nsec: 30e6}); syscall.Nanosleep(&left,
		&left) == syscall.EINTR; {
	}
	check(wall()-real >= 30*time.Millisecond, "real time")
	took(begin, 0)
	checkEq("count", count.Load(), int32(0))
	time.Sleep(time.Hour)
	checkEq("count", count.Load(), int32(1))
	took(begin, time.Hour)
})

var _ = bubble("TM-047/relay", func() {
	to, from := make(chan int), make(chan int)
	begin, real := time.Now(), wall()
	go func() {
		for i := 0; i < 100; i++ {
			v := <-to
			time.Sleep(time.Hour)
			from <- v + 1
		}
	}()
	for i := 0; i < 100; i++ {
		to <- i
		checkEq("token", <-from, i+1)
		took(begin, time.Duration(i+1)*time.Hour)
	}
	check(wall()-real < upto(5*time.Second), "real time")
})

// Go has no deadlines of channels: a select with a timer is one.
var _ = bubble("TM-047/deadline", func() {
	begin, c := time.Now(), make(chan int)
	for i := 0; i < 2; i++ {
		select {
		case <-c:
		case <-time.After(24*time.Hour - time.Since(begin)):
		}
		took(begin, 24*time.Hour)
	}
})

// ---- sleep

var _ = bubble("TM-001/virtual", func() {
	var count atomic.Int32
	begin := time.Now()
	go func() {
		for i := 0; i < 60; i++ {
			time.Sleep(time.Minute)
			count.Add(1)
		}
	}()
	time.Sleep(time.Hour/2 + 1)
	took(begin, time.Hour/2+1)
	checkEq("count", count.Load(), int32(30))
	time.Sleep(time.Hour)
	checkEq("count", count.Load(), int32(60))
})

var _ = bubble("TM-002/virtual", func() {
	begin := time.Now()
	for i := 0; i < 250; i++ {
		time.Sleep(0)
		time.Sleep(-1)
		time.Sleep(-time.Hour)
		time.Sleep(-1 << 63)
	}
	took(begin, 0)
})

var _ = bubble("TM-004/virtual", func() {
	var count atomic.Int32
	begin := time.Now()
	for i := 0; i < 10000; i++ {
		go func() {
			time.Sleep(time.Hour)
			took(begin, time.Hour)
			count.Add(1)
		}()
	}
	time.Sleep(time.Hour + 1)
	checkEq("count", count.Load(), int32(10000))
	took(begin, time.Hour+1)
})

var _ = bubble("TM-005/virtual", func() {
	var ns [5]time.Duration
	var sum, most time.Duration
	begin, done := time.Now(), make(chan bool)
	for i := range ns {
		ns[i] = 1 + time.Duration(rndBelow(int(9*time.Hour)))
		sum += ns[i]
		most = max(most, ns[i])
		time.Sleep(ns[i])
	}
	took(begin, sum)
	for _, d := range ns {
		go func() {
			time.Sleep(d)
			done <- true
		}()
	}
	for range ns {
		<-done
	}
	took(begin, sum+most)
})

// ---- after

var _ = bubble("TM-006/virtual", func() {
	begin, c := time.Now(), time.After(24*time.Hour)
	isAt(<-c, begin.Add(24*time.Hour))
	took(begin, 24*time.Hour)
	nothing(c)
})

var _ = bubble("TM-007/virtual", func() {
	begin, c := time.Now(), time.After(time.Hour)
	time.Sleep(3 * time.Hour)
	isAt(<-c, begin.Add(time.Hour))
	took(begin, 3*time.Hour)
})

func produceVirtual(out chan int) {
	for i := 0; i < 100; i++ {
		time.Sleep(20 * time.Second)
		out <- i
	}
}

var _ = bubble("TM-008/virtual", func() {
	begin, c := time.Now(), make(chan int)
	values := 0
	go produceVirtual(c)
	for more := true; more; {
		select {
		case <-c:
			values++
		case <-time.After(50 * time.Second):
			more = false
		}
	}
	checkEq("values", values, 100)
	took(begin, (100*20+50)*time.Second)
	begin, c = time.Now(), make(chan int, 100)
	values = 0
	go produceVirtual(c)
	end := time.After(110 * time.Second)
	for more := true; more; {
		select {
		case <-c:
			values++
		case <-end:
			more = false
		}
	}
	checkEq("values", values, 5)
	took(begin, 110*time.Second)
	time.Sleep(100 * 20 * time.Second)
})

var _ = bubble("TM-009/virtual", func() {
	begin := time.Now()
	for i := 1; i <= 10; i++ {
		isAt(<-time.After(time.Hour),
			begin.Add(time.Duration(i)*time.Hour))
	}
	took(begin, 10*time.Hour)
})

var _ = bubble("TM-010/virtual", func() {
	slots := []int{5, 3, 6, 6, 6, 1, 1, 2, 7, 9, 4, 8, 0}
	order := []int{0, 1, 1, 2, 3, 4, 5, 6, 6, 6, 7, 8, 9}
	begin, out := time.Now(), make(chan int)
	for _, slot := range slots {
		timer := time.After(time.Duration(slot) * time.Hour)
		go func() {
			<-timer
			out <- slot
		}()
	}
	for _, slot := range order {
		checkEq("slot", <-out, slot)
		took(begin, time.Duration(slot)*time.Hour)
	}
})

// ---- after_func

var _ = bubble("TM-012/virtual", func() {
	var count atomic.Int32
	var rearm func()
	begin := time.Now()
	rearm = func() {
		if count.Add(1) < 10 {
			time.AfterFunc(0, rearm)
		}
		time.Sleep(time.Hour)
	}
	time.AfterFunc(0, rearm)
	time.Sleep(1)
	checkEq("count", count.Load(), int32(10))
	time.Sleep(time.Hour)
	took(begin, time.Hour+1)
})

var _ = bubble("TM-029/virtual", func() {
	var timers [100]*time.Timer
	for i := range timers {
		timers[i] = time.AfterFunc(2*time.Hour, func() {
			check(false, "it ran")
		})
	}
	time.Sleep(2*time.Hour - 1)
	for _, t := range timers {
		checkEq("stop", t.Stop(), true)
	}
	time.Sleep(time.Hour)
})

var _ = bubble("TM-043/virtual", func() {
	var count atomic.Int32
	for i := int32(1); i <= 200; i++ {
		begin, c := time.Now(), time.After(time.Hour)
		time.AfterFunc(time.Hour, func() { count.Add(1) })
		time.AfterFunc(time.Hour, func() { count.Add(1) })
		isAt(<-c, begin.Add(time.Hour))
		time.Sleep(1)
		checkEq("count", count.Load(), 2*i)
	}
})

// ---- timers

var _ = bubble("TM-013/virtual", func() {
	t := time.NewTimer(time.Hour)
	time.Sleep(time.Hour - 1)
	checkEq("stop", t.Stop(), true)
	time.Sleep(time.Hour)
	nothing(t.C)
})

var _ = bubble("TM-017/virtual", func() {
	begin, t := time.Now(), time.NewTimer(2*time.Hour)
	time.Sleep(time.Hour)
	checkEq("reset", t.Reset(3*time.Hour), true)
	time.Sleep(3*time.Hour - 1)
	nothing(t.C)
	time.Sleep(1)
	isAt(<-t.C, begin.Add(4*time.Hour))
	took(begin, 4*time.Hour)
})

var _ = bubble("TM-018/virtual", func() {
	begin, t := time.Now(), time.NewTimer(time.Hour)
	isAt(<-t.C, begin.Add(time.Hour))
	checkEq("reset", t.Reset(2*time.Hour), false)
	isAt(<-t.C, begin.Add(3*time.Hour))
	checkEq("stop", t.Stop(), false)
})

// ---- tickers

var _ = bubble("TM-030/virtual", func() {
	begin, t := time.Now(), time.NewTicker(time.Hour)
	for i := 1; i <= 5; i++ {
		isAt(<-t.C, begin.Add(time.Duration(i)*time.Hour))
	}
	t.Reset(2 * time.Hour)
	for i := 1; i <= 5; i++ {
		isAt(<-t.C, begin.Add(time.Duration(5+2*i)*time.Hour))
	}
	took(begin, 15*time.Hour)
})

var _ = bubble("TM-031/virtual", func() {
	t := time.NewTicker(time.Hour)
	<-t.C
	t.Stop()
	select {
	case <-t.C:
		check(false, "a tick")
	case <-time.After(72 * time.Hour):
	}
})

var _ = bubble("TM-032/virtual", func() {
	begin, t := time.Now(), time.NewTicker(time.Hour)
	time.Sleep(10*time.Hour + time.Hour/2)
	isAt(<-t.C, begin.Add(time.Hour))
	took(begin, 10*time.Hour+time.Hour/2)
	nothing(t.C)
	isAt(<-t.C, begin.Add(11*time.Hour))
	took(begin, 11*time.Hour)
})

var _ = bubble("TM-044/virtual", func() {
	begin, t := time.Now(), time.NewTicker(time.Hour)
	done := make(chan bool)
	ticks := 0
	time.AfterFunc(5*time.Hour+1, func() { close(done) })
	for more := true; more; {
		select {
		case <-t.C:
			ticks++
			took(begin, time.Duration(ticks)*time.Hour)
		case <-done:
			more = false
		}
	}
	checkEq("ticks", ticks, 5)
	took(begin, 5*time.Hour+1)
	t.Stop()
})
