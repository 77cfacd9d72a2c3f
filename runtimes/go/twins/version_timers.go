//go:build go1.23

package twins

const stoppedTimersLinger = false
