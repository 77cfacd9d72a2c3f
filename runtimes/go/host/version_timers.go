//go:build go1.23

package main

// #include "table.h"
import "C"

const timerTraits = C.ASSAY_TRAIT_SYNC_TIMERS
