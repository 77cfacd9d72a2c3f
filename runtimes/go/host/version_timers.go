//go:build go1.23

package main

// #include "table.h"
import "C"

import "time"

var timerTraits C.uint32_t = C.ASSAY_TRAIT_SYNC_TIMERS

// GODEBUG=asynctimerchan=1 gives the timers of Go 1.22.
func init() {
	if cap(time.NewTimer(0).C) != 0 {
		timerTraits = 0
	}
}
