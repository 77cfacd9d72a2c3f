//go:build go1.25

package main

import "sync"

const haveWaitGroupGo = true

func waitGroupGo(wg *sync.WaitGroup, f func()) {
	wg.Go(f)
}
