//go:build go1.25

package twins

// Contexts in virtual time.

import (
	"context"
	"errors"
	"time"
)

var errA, errB, errC = errors.New("a"), errors.New("b"), errors.New("c")

func ended(c context.Context, err, cause error) {
	checkEq("err", c.Err(), err)
	checkEq("cause", context.Cause(c), cause)
	select {
	case <-c.Done():
	default:
		check(err == nil, "it is not done")
	}
}

// after makes a child that ends by itself.
func after(parent context.Context, d time.Duration, cause error) (
	context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(parent, d, cause)
}

var _ = bubble("CX-007/virtual", func() {
	begin := time.Now()
	c := make([]context.Context, 20)
	hours := func(i int) int { return 1 + i*7%20 }
	for i := range c {
		d := time.Duration(hours(i)) * time.Hour
		own, cancel := after(context.Background(), d, nil)
		defer cancel()
		c[i] = own
	}
	for hour := 1; hour <= 20; hour++ {
		time.Sleep(time.Hour - 1)
		for i := range c {
			var want error
			if hours(i) < hour {
				want = context.DeadlineExceeded
			}
			checkEq("err", c[i].Err(), want)
		}
		time.Sleep(1)
	}
	at, ok := c[0].Deadline()
	check(ok, "no deadline")
	isAt(at, begin.Add(time.Hour))
	for i := range c {
		<-c[i].Done()
		ended(c[i], context.DeadlineExceeded, context.DeadlineExceeded)
	}
	took(begin, 20*time.Hour)
})

var _ = bubble("CX-009/virtual", func() {
	begin := time.Now()
	top, cancelTop := after(context.Background(), 3*time.Hour, errA)
	mid, cancelMid := after(top, 2*time.Hour, errB)
	low, cancelLow := after(mid, 4*time.Hour, errC)
	defer cancelTop()
	defer cancelMid()
	defer cancelLow()
	<-low.Done()
	took(begin, 2*time.Hour)
	ended(low, context.DeadlineExceeded, errB)
	ended(top, nil, nil)
	<-top.Done()
	took(begin, 3*time.Hour)
	ended(mid, context.DeadlineExceeded, errB)
	ended(top, context.DeadlineExceeded, errA)
})

var _ = bubble("CX-028/virtual", func() {
	const days = 100 * time.Hour
	begin := time.Now()
	c, cancel := after(context.Background(), days, errA)
	cancelled, cancelNow := after(context.Background(), days, errB)
	defer cancel()
	time.Sleep(days - 1)
	ended(c, nil, nil)
	cancelNow()
	<-c.Done()
	took(begin, days)
	time.Sleep(time.Hour)
	ended(c, context.DeadlineExceeded, errA)
	ended(cancelled, context.Canceled, context.Canceled)
})
