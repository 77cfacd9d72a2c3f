package twins

// Contexts: what ends the process.

import (
	"context"
	"time"
)

var _ = twin("CX-010/asleep", func() {
	if procs() > 1 {
		skip("a stopped timer stays with its P, idle or not, for a while")
	}
	parent, cancelParent := context.WithCancel(context.Background())
	_, cancel := context.WithTimeout(parent, 15*time.Second)
	_, cancelChild := context.WithTimeout(parent, 15*time.Second)
	cancel()
	cancelParent()
	<-make(chan int)
	say("went on\n")
	cancelChild()
})

var _ = twin("CX-015/nil", func() {
	_ = context.WithValue(context.Background(), nil, 1)
})

var _ = twin("CX-015/incomparable", func() {
	_ = context.WithValue(context.Background(), []int{}, 1)
})

// Not a constant, which a checker would find.
var noContext context.Context

var _ = twin("CX-016/with_cancel", func() {
	_, cancel := context.WithCancel(noContext)
	cancel()
})

var _ = twin("CX-016/with_deadline", func() {
	_, cancel := context.WithDeadline(noContext,
		time.Now().Add(time.Second))
	cancel()
})

var _ = twin("CX-016/with_timeout", func() {
	_, cancel := context.WithTimeout(noContext, time.Second)
	cancel()
})

var _ = twin("CX-016/with_value", func() {
	_ = context.WithValue(noContext, "key", 1)
})

type requestKey int

const (
	userID requestKey = iota
	authToken
)

func handleResponse(c context.Context) {
	say("handling response for " + c.Value(userID).(string) +
		" (auth: " + c.Value(authToken).(string) + ")\n")
}

var _ = twin("CX-024", func() {
	c := context.WithValue(context.Background(), userID, "jane")
	handleResponse(context.WithValue(c, authToken, "abc134"))
})
