//go:build !go1.23

package twins

// The semaphore that comes with such a Go, and Debian's, gives what is free
// also to a context that has ended.
var _ = twin("XL-009/ended", func() {
	skip("golang.org/x/sync before 0.7 does not look at the context first")
})
