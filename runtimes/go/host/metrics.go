package main

// #include "table.h"
import "C"

import (
	"runtime"
	"runtime/metrics"
	"strings"
	"unsafe"
)

// goMetricsRead reads what runtime/metrics has under these names.  Go counts
// nothing for each P, and its CPU time only when it collects garbage.
//
//export goMetricsRead
func goMetricsRead(m *C.struct_assay_metric, n C.size_t) {
	if m == nil {
		return
	}
	asked := unsafe.Slice(m, n)
	samples := make([]metrics.Sample, n)
	for i := range asked {
		samples[i].Name = C.GoString(asked[i].name)
		if strings.HasPrefix(samples[i].Name, "/cpu/") {
			runtime.GC()
		}
	}
	metrics.Read(samples)
	for i := range asked {
		asked[i].kind = C.ASSAY_METRIC_NONE
		if asked[i].p < 0 {
			setMetric(&asked[i], samples[i].Value)
		}
	}
}

func setMetric(m *C.struct_assay_metric, v metrics.Value) {
	switch v.Kind() {
	case metrics.KindUint64:
		m.kind = C.ASSAY_METRIC_COUNT
		m.count = C.uint64_t(v.Uint64())
	case metrics.KindFloat64:
		m.kind = C.ASSAY_METRIC_SECONDS
		m.seconds = C.double(v.Float64())
	case metrics.KindFloat64Histogram:
		m.kind = C.ASSAY_METRIC_HISTOGRAM
		setClasses(m, v.Float64Histogram())
	}
}

func setClasses(m *C.struct_assay_metric, h *metrics.Float64Histogram) {
	m.count, m.classes_n = 0, 0
	for i, n := range h.Counts {
		m.count += C.uint64_t(n)
		if m.classes == nil || m.classes_n == m.room {
			continue
		}
		room := unsafe.Slice(m.classes, m.room)
		room[m.classes_n] = C.struct_assay_class{
			from: C.double(h.Buckets[i]),
			to:   C.double(h.Buckets[i+1]),
			n:    C.uint64_t(n),
		}
		m.classes_n++
	}
}
