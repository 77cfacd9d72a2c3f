//go:build go1.25

package twins

import (
	"runtime"
	"time"
)

func sleepAndSay(text string) {
	time.Sleep(time.Hour)
	say(text)
}

var _ = bubble("DL-025/blocked", func() {
	go func() { <-make(chan int) }()
	time.Sleep(1)
	select {}
})

var _ = bubble("DL-025/timer", func() {
	time.AfterFunc(1000*time.Hour, func() { say("ran\n") })
	<-make(chan int)
})

var _ = bubble("DL-025/sleeper", func() {
	go sleepAndSay("slept\n")
	<-make(chan int)
})

var _ = bubble("DL-025/ticker", func() {
	time.NewTicker(time.Hour)
	<-make(chan int)
})

var _ = bubble("DL-025/exited", func() {
	go func() { <-make(chan int) }()
})

var _ = bubble("DL-025/stopped", func() {
	go sleepAndSay("slept\n")
	runtime.Gosched()
})

var _ = bubble("DL-025/ends", func() {
	time.AfterFunc(time.Hour, func() { say("ran\n") })
	go func() {
		for i := 0; i < 1000; i++ {
			runtime.Gosched()
		}
		say("ended\n")
	}()
})
