//go:build go1.25

package twins

import (
	"sync/atomic"
	"testing/synctest"
	"time"
)

// A thousand goroutines of the host are as many threads.
var _ = bubble("BUB-031", func() {
	var wakes atomic.Int32
	begin, real := time.Now(), wall()
	for i := 0; i < 1000; i++ {
		go func() {
			for end := begin.Add(time.Hour); time.Now().Before(end); {
				time.Sleep(time.Minute)
				wakes.Add(1)
			}
		}()
	}
	time.Sleep(time.Hour)
	synctest.Wait()
	took(begin, time.Hour)
	checkEq("wakes", wakes.Load(), int32(60*1000))
	check(wall()-real < upto(time.Second), "real time")
})
