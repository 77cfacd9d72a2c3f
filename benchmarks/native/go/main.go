// The workloads of benchmarks/workloads.tsv in Go, for Go: a bench program as
// benchmarks/README.md has it, twin of assay-bench.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// Exit statuses.
const (
	failed   = 1
	unusable = 2
	noMatch  = 3
)

const (
	mostProcs   = 1024
	mostSeconds = 3600
)

const help = `go: the workloads of benchmarks/workloads.tsv in Go

  --procs N            GOMAXPROCS, 1 to 1024 (1)
  --filter REGEX       only names that match, POSIX extended (all)
  --min-time SECONDS   least time that is measured (0.2)
  --json FILE          results as JSON, - is stdout
  --details DIR        histograms and timelines as files there
  --tiny               a smoke test: sizes are cut
  --list               print the names
  --help

Status: 0 all measured or skipped, 1 one failed, 2 wrong usage, 3 the filter
matches nothing.
`

// What the command line asked for.
var settings struct {
	procs         int
	minTime       float64 // seconds
	tiny, list    bool
	alone         bool   // no other workload runs in this process
	details, json string // paths, or empty
	load          string // the load generator's path
	filter        *regexp.Regexp
}

// One line on stderr, and the end.
func refuse(status int, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	fmt.Fprintln(os.Stderr, "go:", strings.ReplaceAll(text, "\n", " "))
	os.Exit(status)
}

func isDirectory(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func readOptions() {
	o := flag.NewFlagSet("go", flag.ContinueOnError)
	o.SetOutput(io.Discard)
	o.IntVar(&settings.procs, "procs", 1, "")
	o.Float64Var(&settings.minTime, "min-time", 0.2, "")
	o.StringVar(&settings.json, "json", "", "")
	o.StringVar(&settings.details, "details", "", "")
	o.BoolVar(&settings.tiny, "tiny", false, "")
	o.BoolVar(&settings.list, "list", false, "")
	filter := o.String("filter", "", "")
	err := o.Parse(os.Args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Print(help)
		os.Exit(0)
	case err != nil:
		refuse(unusable, "%v", err)
	case o.NArg() > 0:
		refuse(unusable, "what is '%s'? see --help", o.Arg(0))
	case settings.procs < 1 || settings.procs > mostProcs:
		refuse(unusable, "--procs wants 1 to %d, not %d", mostProcs,
			settings.procs)
	case !(settings.minTime > 0 && settings.minTime <= mostSeconds):
		refuse(unusable, "--min-time wants seconds up to %d, not %v",
			mostSeconds, settings.minTime)
	case settings.details != "" && !isDirectory(settings.details):
		refuse(unusable, "--details: no directory %s", settings.details)
	}
	settings.filter, err = regexp.CompilePOSIX(*filter)
	if err != nil {
		refuse(unusable, "--filter '%s': %v", *filter, err)
	}
	if settings.tiny {
		settings.minTime = math.Min(settings.minTime, 0.0001)
	}
	settings.load = findLoad()
}

// The load generator is beside this program or, as this one is built, a folder
// above it.
func findLoad() string {
	if load := os.Getenv("ASSAY_ECHO_LOAD"); load != "" {
		return load
	}
	program, err := os.Executable()
	if err != nil {
		return "echo-load"
	}
	beside := filepath.Join(filepath.Dir(program), "echo-load")
	if _, err := os.Stat(beside); err == nil {
		return beside
	}
	return filepath.Join(filepath.Dir(program), "..", "echo-load")
}

// All workloads in the order of workloads.tsv whose names match.
func matching() []*workload {
	var found []*workload
	for _, family := range [][]workload{
		coreWorkloads, chanWorkloads, graphWorkloads, selectWorkloads,
		timeWorkloads, syncWorkloads, memoryWorkloads, schedWorkloads,
		fairWorkloads, latencyWorkloads, idleWorkloads, netWorkloads,
	} {
		for i := range family {
			if settings.filter.MatchString(family[i].name) {
				found = append(found, &family[i])
			}
		}
	}
	return found
}

func openJSON() io.Writer {
	switch settings.json {
	case "":
		return nil
	case "-":
		return os.Stdout
	}
	f, err := os.Create(settings.json)
	if err != nil {
		refuse(unusable, "%v", err)
	}
	return f
}

func main() {
	readOptions()
	workloads := matching()
	if len(workloads) == 0 {
		refuse(noMatch, "the filter matches no workload")
	}
	if settings.list {
		for _, w := range workloads {
			fmt.Println(w.name)
		}
		return
	}
	settings.alone = len(workloads) == 1
	out := openJSON()
	runtime.GOMAXPROCS(settings.procs)
	results := report{Context: context()}
	for _, w := range workloads {
		results.add(w.run())
	}
	if out != nil {
		results.write(out)
	}
	if results.failed {
		os.Exit(failed)
	}
}
