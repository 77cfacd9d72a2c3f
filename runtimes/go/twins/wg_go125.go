//go:build go1.25

package twins

// sync.WaitGroup.Go came with Go 1.25.

import "sync"

var _ = twin("WG-010/panic", func() {
	var wg sync.WaitGroup
	wg.Go(func() { panic("test") })
	wg.Wait()
	say("wait returned\n")
})
