//go:build !go1.23

package twins

// A stopped timer stays in the heap of the P that it was made on until that
// P next looks at its timers.  With idle P about, that may be never, and the
// deadlock detector takes what is in a heap for pending.
const stoppedTimersLinger = true
