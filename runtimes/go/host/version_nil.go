//go:build go1.21

package main

import "runtime"

func isPanicNil(err error) bool {
	_, ok := err.(*runtime.PanicNilError)
	return ok
}
