package twins

// Metrics of the scheduler.  A C body counts as a system call, and never waits
// for its turn; and each crossing of cgo is one of the changes of a goroutine's
// state, of which Go looks at one in eight.

import (
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"
)

// metric reads one; skips the case where this Go does not have it.
func metric(name string) metrics.Value {
	s := []metrics.Sample{{Name: name}}
	metrics.Read(s)
	if s[0].Value.Kind() == metrics.KindBad {
		skip("this Go has no metric %s", name)
	}
	return s[0].Value
}

var _ = twin("MET-001/runnable", func() {
	const each = 10
	for i := 0; i < each+1; i++ {
		go spin()
	}
	end := time.Now().Add(upto(10 * time.Second))
	name := "/sched/goroutines/runnable:goroutines"
	for metric(name).Uint64() < each && time.Now().Before(end) {
		time.Sleep(time.Millisecond)
	}
	check(metric(name).Uint64() >= each, "%d", metric(name).Uint64())
	for i := 0; i < 20; i++ {
		n := metric("/sched/goroutines/running:goroutines").Uint64()
		check(n <= uint64(procs()), "%d run", n)
	}
	atomic.StoreInt32(&stop, 1)
	check(becomes(&finished, each+1), "all spinners end")
})

// Go looks at one wait in eight and counts it as eight.  Of 400 waits a quarter
// of the true time is missed with a chance below 1e-9.
func lockWaits(take, give, takeSecond, giveSecond func()) {
	const waiters, hold = 400, 20 * time.Millisecond
	name := "/sync/mutex/wait/total:seconds"
	before := metric(name).Float64()
	var done sync.WaitGroup
	done.Add(waiters)
	take()
	for i := 0; i < waiters; i++ {
		go func() {
			takeSecond()
			giveSecond()
			done.Done()
		}()
	}
	settle(waiters)
	time.Sleep(hold)
	give()
	done.Wait()
	grown := metric(name).Float64() - before
	note("counted %.1f s", grown)
	check(grown >= waiters*hold.Seconds()/4, "%.1f s", grown)
}

var (
	metMutex sync.Mutex
	metRW    sync.RWMutex
)

var _ = twin("MET-002", func() {
	lockWaits(metMutex.Lock, metMutex.Unlock, metMutex.Lock, metMutex.Unlock)
})

var _ = twin("MET-002/writer_reader", func() {
	lockWaits(metRW.Lock, metRW.Unlock, metRW.RLock, metRW.RUnlock)
})

var _ = twin("MET-002/reader_writer", func() {
	lockWaits(metRW.RLock, metRW.RUnlock, metRW.Lock, metRW.Unlock)
})

var _ = twin("MET-002/writer_writer", func() {
	lockWaits(metRW.Lock, metRW.Unlock, metRW.Lock, metRW.Unlock)
})
