//go:build !go1.21

package main

// panic(nil) is a nil value before Go 1.21.
func isPanicNil(err error) bool {
	return false
}
