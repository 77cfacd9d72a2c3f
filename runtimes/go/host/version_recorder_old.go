//go:build !go1.25

package main

// #include "table.h"
//
// const struct assay_recorder_ops assay_go_recorder = {0};
import "C"

const haveRecorder = false
