package main

import (
	"fmt"
	"math"
	"math/bits"
	"os"
)

// Counts of nanoseconds in buckets that widen with the value: exact below 256,
// within 1/128 of the value above.  As in workloads/hist.c.
const (
	histBits    = 7
	histSub     = 1 << histBits
	histBuckets = (64 - histBits) << histBits
)

type hist struct {
	count, max int64
	sum        float64
	buckets    [histBuckets]int64
}

func bucketOf(value int64) int {
	if value < 2*histSub {
		return int(value)
	}
	shift := 63 - bits.LeadingZeros64(uint64(value)) - histBits
	return shift<<histBits + int(value>>shift)
}

func upperEnd(bucket int) int64 {
	if bucket < 2*histSub {
		return int64(bucket)
	}
	shift := bucket>>histBits - 1
	return int64(uint64(bucket-shift<<histBits+1)<<shift - 1)
}

func (h *hist) add(value int64) {
	if value < 0 {
		value = 0
	}
	h.count++
	h.sum += float64(value)
	if value > h.max {
		h.max = value
	}
	h.buckets[bucketOf(value)]++
}

func (h *hist) quantile(q float64) int64 {
	rank, seen := int64(math.Ceil(q*float64(h.count))), int64(0)
	for i, n := range h.buckets {
		seen += n
		if seen >= rank && seen > 0 && upperEnd(i) < h.max {
			return upperEnd(i)
		}
	}
	return h.max
}

func (h *hist) write(f *os.File) {
	for i, n := range h.buckets {
		if n > 0 {
			fmt.Fprintf(f, "%d\t%d\n", upperEnd(i), n)
		}
	}
}

// Latencies as counters and, among the details, as a file.
func (s *state) percentiles(latency []int64) {
	h := new(hist)
	for _, ns := range latency {
		h.add(ns)
	}
	s.counter("count", float64(h.count))
	s.counter("mean_ns", h.sum/float64(h.count))
	s.counter("p50_ns", float64(h.quantile(0.5)))
	s.counter("p90_ns", float64(h.quantile(0.9)))
	s.counter("p99_ns", float64(h.quantile(0.99)))
	s.counter("p999_ns", float64(h.quantile(0.999)))
	s.counter("max_ns", float64(h.max))
	if f := s.details(".hist.tsv"); f != nil {
		h.write(f)
		f.Close()
	}
}
