package twins

// Timers and tickers: those that end the process, and a crowd that resets.

import (
	"runtime"
	"sync/atomic"
	"time"
)

var _ = twin("TM-016/alone", func() {
	t := time.NewTimer(20 * time.Millisecond)
	t.Stop()
	<-t.C
})

var _ = twin("TM-025/stop", func() {
	var t time.Timer
	t.Stop()
})

var _ = twin("TM-025/reset", func() {
	var t time.Timer
	t.Reset(1)
})

var _ = twin("TM-033/zero", func() { time.NewTicker(0) })
var _ = twin("TM-033/negative", func() { time.NewTicker(-1) })
var _ = twin("TM-034/zero", func() { time.NewTicker(time.Hour).Reset(0) })
var _ = twin("TM-034/negative", func() { time.NewTicker(time.Hour).Reset(-1) })

var _ = twin("TM-042", func() {
	const n = 200
	for i := 0; i < n; i++ {
		go func() {
			t := time.NewTimer(100 * time.Microsecond)
			for !stopped() {
				t.Reset(100 * time.Microsecond)
				<-t.C
				t.Reset(100 * time.Microsecond)
				runtime.Gosched()
			}
			atomic.AddInt32(&finished, 1)
		}()
	}
	best := 0
	for try := 0; try < 5 && best < 10; try++ {
		if ticks := ticksIn100Ms(); ticks > best {
			best = ticks
		}
	}
	atomic.StoreInt32(&stop, 1)
	check(best >= 10, "%d of 20 ticks", best)
	check(becomes(&finished, n), "all end")
	note("%d of 20 ticks", best)
})

func ticksIn100Ms() int {
	ticks := 0
	t := time.NewTicker(5 * time.Millisecond)
	defer t.Stop()
	for end := time.Now().Add(100 * time.Millisecond); time.Now().Before(end); {
		<-t.C
		ticks++
	}
	return ticks
}

var _ = twin("TM-042/tight", func() {
	n := procs()
	for i := 0; i < n; i++ {
		go func() {
			t := time.NewTimer(100 * time.Microsecond)
			for !stopped() {
				t.Reset(100 * time.Microsecond)
			}
			atomic.AddInt32(&finished, 1)
		}()
	}
	best := 0
	for try := 0; try < 10 && best < 4; try++ {
		if ticks := ticksIn100Ms(); ticks > best {
			best = ticks
		}
	}
	atomic.StoreInt32(&stop, 1)
	check(best >= 4, "%d of 20 ticks", best)
	check(becomes(&finished, int32(n)), "all end")
	note("%d of 20 ticks", best)
})

var _ = twin("TM-039", func() {
	late, most := 0, time.Duration(0)
	for i := 0; i < 4; i++ {
		go spin()
	}
	for i := 0; i < 20; i++ {
		due := time.Now().Add(time.Millisecond)
		time.Sleep(time.Millisecond)
		lateness := time.Since(due)
		if lateness > upto(100*time.Millisecond) {
			late++
		}
		if lateness > most {
			most = lateness
		}
	}
	atomic.StoreInt32(&stop, 1)
	check(late <= 2, "%d of 20 timers were late, up to %v", late, most)
	check(becomes(&finished, 4), "all end")
	note("latest of 20 timers of 1 ms: %v", most)
})
