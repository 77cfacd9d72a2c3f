package twins

import (
	"fmt"
	"os"
	"runtime"
	"sort"
	"strconv"
	"sync/atomic"
)

// Describe gives a line for every twin.
func Describe() string {
	ids := make([]string, 0, len(bodies))
	for id := range bodies {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	lines := ""
	for _, id := range ids {
		lines += "twin " + id + "\n"
	}
	return lines
}

func usage(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "go-twins: "+format+"\n", args...)
	os.Exit(2)
}

// arguments reads those of conformance/runner/child.h; it gives the case.
func arguments(args []string) string {
	id := ""
	for i := 0; i < len(args); i += 2 {
		if i+1 == len(args) {
			usage("%s needs a value", args[i])
		}
		var err error
		switch v := args[i+1]; args[i] {
		case "--assay-case":
			id = v
		case "--procs":
			procsNow, err = strconv.Atoi(v)
		case "--seed":
			seed, err = strconv.ParseUint(v, 0, 64)
		case "--time-scale":
			timeScale, err = strconv.ParseFloat(v, 64)
		default:
			usage("unknown argument %s", args[i])
		}
		if err != nil || procsNow < 0 || !(timeScale > 0) {
			usage("bad value of %s: %s", args[i], args[i+1])
		}
	}
	return id
}

// Main runs one twin on the main goroutine, or describes them all.
func Main() {
	if len(os.Args) == 2 && os.Args[1] == "--assay-describe" {
		fmt.Print(Describe())
		return
	}
	id := arguments(os.Args[1:])
	body := bodies[id]
	if body == nil {
		usage("no twin of case %q", id)
	}
	if text := os.Getenv("ASSAY_RESULT_FD"); text != "" {
		fd, err := strconv.Atoi(text)
		if err != nil || fd < 0 {
			usage("bad ASSAY_RESULT_FD: %s", text)
		}
		resultFd = fd
	}
	if procsNow > 0 {
		runtime.GOMAXPROCS(procsNow)
	}
	procsNow = runtime.GOMAXPROCS(0)
	body()
	emit("done", "")
	os.Exit(int(atomic.LoadInt32(&failed)))
}
