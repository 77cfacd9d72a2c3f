package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"sort"
	"strconv"
	"time"
)

// The JSON of a bench program: see benchmarks/README.md.
type report struct {
	Context    map[string]any   `json:"context"`
	Benchmarks []map[string]any `json:"benchmarks"`
	Skipped    []skipped        `json:"skipped"`
	failed     bool
}

type skipped struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

func context() map[string]any {
	tiny := "0"
	if settings.tiny {
		tiny = "1"
	}
	return map[string]any{
		"date":        time.Now().Format(time.RFC3339),
		"num_cpus":    runtime.NumCPU(),
		"assay_bench": "1",
		"runtime":     "go",
		"version":     runtime.Version(),
		"model":       "N:M",
		"procs":       strconv.Itoa(settings.procs),
		"tiny":        tiny,
	}
}

func (s *state) entry() map[string]any {
	e := map[string]any{
		"name": s.w.name, "run_name": s.w.name,
		"run_type": "iteration", "repetitions": 1,
		"repetition_index": 0, "threads": 1,
	}
	if s.err != "" {
		e["error_occurred"] = true
		e["error_message"] = s.err
		return e
	}
	e["iterations"] = s.n
	e["real_time"] = float64(s.real) / float64(s.n)
	e["cpu_time"] = float64(s.cpu) / float64(s.n)
	e["time_unit"] = "ns"
	e["items_per_second"] = float64(s.items) * 1e9 / float64(s.real)
	for name, value := range s.counters {
		e[name] = value
	}
	return e
}

// One line of the table: the time of an item, then what was counted.
func (s *state) line() string {
	if s.skip+s.err != "" {
		return s.skip + s.err
	}
	line := fmt.Sprintf("%14.1f ns", float64(s.real)/float64(s.items))
	names := []string{}
	for name := range s.counters {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		line += fmt.Sprintf(" %s=%.4g", name, s.counters[name])
	}
	return line
}

func (r *report) add(s *state) {
	// A share of nothing is no number of JSON.
	if s.skip == "" && (s.real <= 0 || s.items <= 0) {
		s.fail("it measured nothing")
	}
	if s.skip != "" {
		r.Skipped = append(r.Skipped, skipped{s.w.name, s.skip})
	} else {
		r.Benchmarks = append(r.Benchmarks, s.entry())
		r.failed = r.failed || s.err != ""
	}
	if settings.json != "-" {
		fmt.Printf("%-44s %s\n", s.w.name, s.line())
	}
}

func (r *report) write(out io.Writer) {
	if r.Benchmarks == nil {
		r.Benchmarks = []map[string]any{}
	}
	if r.Skipped == nil {
		r.Skipped = []skipped{}
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		_, err = out.Write(append(text, '\n'))
	}
	if err != nil {
		refuse(unusable, "cannot write %s: %v", settings.json, err)
	}
}
