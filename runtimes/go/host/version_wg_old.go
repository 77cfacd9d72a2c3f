//go:build !go1.25

package main

import "sync"

const haveWaitGroupGo = false

// Never called: the table has no wg_go.
func waitGroupGo(wg *sync.WaitGroup, f func()) {}
