package main

import (
	"fmt"
	"runtime"
	"time"
)

func recovers() {
	defer func() { fmt.Println("recovered:", recover()) }()
	panic("one that is handled")
}

func main() {
	go func() {
		defer func() {
			recovers()
			fmt.Println("the deferred call goes on")
		}()
		runtime.Goexit()
	}()
	time.Sleep(100 * time.Millisecond)
	fmt.Println("main ends")
}
