package main

// A chain of so many steps that depend on each other; the result depends on
// all of them.
//
//go:noinline
func compute(steps int64) uint64 {
	x := uint64(steps)
	for i := int64(0); i < steps; i++ {
		x = x*6364136223846793005 + 1442695040888963407
	}
	return x
}

// The time of the fastest of several trials, in nanoseconds: one that was
// preempted does not count.
func fastest(trials int, steps int64) int64 {
	best := int64(1) << 62
	for i := 0; i < trials; i++ {
		start := clock()
		compute(steps)
		if took := clock() - start; took < best && took > 0 {
			best = took
		}
	}
	return best
}

var stepsPerUs float64

// Steps that take us microseconds when nothing disturbs them.
func computeSteps(us int64) int64 {
	const trial = 20000
	if stepsPerUs == 0 {
		stepsPerUs = trial * 1000 / float64(fastest(50, trial))
	}
	return int64(float64(us) * stepsPerUs)
}
