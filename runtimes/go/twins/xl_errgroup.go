//go:build errgroup

package twins

import "golang.org/x/sync/errgroup"

var _ = twin("XL-004/dies", func() {
	release := make(chan struct{})
	var g errgroup.Group
	g.SetLimit(1)
	g.Go(func() error { <-release; return nil })
	g.SetLimit(2)
})

// panicInTask: Wait may return, as the process is still dying.
func panicInTask() {
	var g errgroup.Group
	g.Go(func() error { panic("out of the task") })
	g.Wait()
}

var _ = twin("XL-005", func() {
	panicInTask()
	select {}
})

var _ = twin("XL-005/caught", func() {
	func() {
		defer func() {
			if recover() != nil {
				say("caught\n")
			}
		}()
		panicInTask()
	}()
	select {}
})
