//go:build rate && go1.25

package twins

// Rate limiters in virtual time.

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

var _ = bubble("XL-014/virtual", func() {
	l := rate.NewLimiter(100, 100)
	allowed := 0
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); {
		if l.Allow() {
			allowed++
		}
		time.Sleep(time.Millisecond)
	}
	check(allowed >= 599 && allowed <= 601, "%d allowed", allowed)
})

// about fails the case unless d has passed since begin, to a microsecond.
func about(begin time.Time, d time.Duration) {
	off := time.Since(begin) - d
	check(off.Abs() <= time.Microsecond, "off by %v", off)
}

var _ = bubble("XL-015/virtual", func() {
	l := rate.NewLimiter(rate.Every(time.Hour), 1)
	begin := time.Now()
	for i := 0; i < 24; i++ {
		checkEq("Wait", l.Wait(context.Background()), nil)
		about(begin, time.Duration(i)*time.Hour)
	}
	begin = time.Now()
	short, cancelShort := after(context.Background(), time.Hour/2, nil)
	defer cancelShort()
	err := l.Wait(short)
	check(err != nil && err.Error() ==
		"rate: Wait(n=1) would exceed context deadline", "Wait: %v", err)
	took(begin, 0)
	long, cancelLong := after(context.Background(),
		time.Hour+time.Second, nil)
	defer cancelLong()
	checkEq("Wait", l.Wait(long), nil)
	checkEq("Err", long.Err(), nil)
})

var _ = bubble("XL-015/crowd", func() {
	l := rate.NewLimiter(500, 1)
	begin := time.Now()
	var all sync.WaitGroup
	for range 10 {
		all.Add(1)
		go func() {
			defer all.Done()
			checkEq("Wait", l.Wait(context.Background()), nil)
		}()
	}
	all.Wait()
	about(begin, 18*time.Millisecond)
})

var _ = bubble("XL-016/virtual", func() {
	s := rate.Sometimes{First: 2, Every: 5, Interval: time.Hour}
	expect := func(call string, want bool) {
		ran := false
		s.Do(func() { ran = true })
		checkEq(call, ran, want)
	}
	expect("the first", true)
	expect("the second", true)
	expect("the third", false)
	time.Sleep(time.Hour - 1)
	expect("before an hour", false)
	time.Sleep(1)
	expect("an hour after the second", true)
	expect("the sixth", true)
	time.Sleep(time.Hour - 1)
	expect("before another hour", false)
	time.Sleep(1)
	expect("after another hour", true)
	expect("the ninth", false)
})
