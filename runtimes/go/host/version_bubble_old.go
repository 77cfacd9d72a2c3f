//go:build !go1.25

package main

// #include "table.h"
//
// const struct assay_bubble_ops assay_go_bubble = {0};
import "C"

const haveBubble = false

func inBubble() bool { return false }
