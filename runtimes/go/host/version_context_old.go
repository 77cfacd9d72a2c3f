//go:build !go1.21

package main

import (
	"context"
	"time"
)

// Causes came in two steps; here they are there since Go 1.21.
const haveCauses = false

func withCancel(parent context.Context) (context.Context, func(error)) {
	c, cancel := context.WithCancel(parent)
	return c, func(error) { cancel() }
}

func withDeadline(parent context.Context, t time.Time, _ error) (
	context.Context, func()) {
	return context.WithDeadline(parent, t)
}
