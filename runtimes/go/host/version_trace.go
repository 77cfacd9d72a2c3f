//go:build go1.22

package main

// Traces have a form that can be read by others.
const haveTrace = true
