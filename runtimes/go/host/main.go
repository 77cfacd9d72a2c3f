// The host: a Go program in which one case, written in C, meets Go's own
// scheduler, channels, select, timers and panics.  See ../README.md.
package main

// #cgo CFLAGS: -std=gnu11 -I${SRCDIR} -I${SRCDIR}/../../../abi
// #cgo CFLAGS: -I${SRCDIR}/../../../conformance/runner
// #cgo CFLAGS: -I${SRCDIR}/../../../reference/tools/trace
// #cgo LDFLAGS: -lassay-cases -lcunit -lm
// #include "table.h"
import "C"

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"syscall"
	"unsafe"

	"assay/runtimes/go/twins"
)

// Every goroutine with a C body has a thread: what a machine bears.
const maxGoroutines = 2000

const ptrSize = unsafe.Sizeof(uintptr(0))

// What Go promises and a goroutine that runs C does not show: it leaves its P
// and has a thread's stack.  Cases that need one of these have twins.
const twinTraits = C.ASSAY_TRAIT_PROC_LIMIT | C.ASSAY_TRAIT_STACK_FATAL |
	C.ASSAY_TRAIT_DEEP_STACKS | C.ASSAY_TRAIT_DEADLOCK

// goVersion is "1.26" for "go1.26.8" and for "devel go1.26-4b1e2f".
func goVersion(version string) string {
	return regexp.MustCompile(`[0-9]+\.[0-9]+`).FindString(version)
}

func features() C.struct_go_features {
	return C.struct_go_features{
		version:    C.CString(runtime.Version()),
		go_version: C.CString(goVersion(runtime.Version())),
		traits: C.ASSAY_TRAIT_PARALLEL | C.ASSAY_TRAIT_PREEMPTIVE |
			C.ASSAY_TRAIT_GODEBUG | C.ASSAY_TRAIT_QUIT_DUMP |
			C.ASSAY_TRAIT_SEVERAL_PS | C.ASSAY_TRAIT_BUFFERED |
			C.ASSAY_TRAIT_SELECT_SEND | twinTraits | timerTraits,
		max_goroutines: maxGoroutines,
		wg_go:          haveWaitGroupGo,
		trace:          haveTrace,
		recorder:       haveRecorder,
		bubble:         haveBubble,
		leaks:          C.bool(twins.Leaks() != nil),
		keepalive:      haveKeepAliveConfig,
	}
}

// execTwins becomes the program without cgo that stands beside this one.
func execTwins() {
	self, err := os.Executable()
	if err == nil {
		path := filepath.Join(filepath.Dir(self), "go-twins")
		args := append([]string{path}, os.Args[1:]...)
		err = syscall.Exec(path, args, os.Environ())
	}
	fmt.Fprintln(os.Stderr, "go: cannot run the twins:", err)
	os.Exit(2)
}

func caseOf(args []string) string {
	for i := 0; i+1 < len(args); i++ {
		if args[i] == "--assay-case" {
			return args[i+1]
		}
	}
	return ""
}

// arguments is os.Args for C, for as long as the process lives.
func arguments() **C.char {
	n := len(os.Args)
	argv := (**C.char)(C.calloc(C.size_t(n+1), C.size_t(ptrSize)))
	for i, p := range os.Args {
		unsafe.Slice(argv, n)[i] = C.CString(p)
	}
	return argv
}

func main() {
	if twins.Has(caseOf(os.Args[1:])) {
		execTwins()
	}
	debug.SetMaxThreads(3 * maxGoroutines)
	C.assay_go_start(C.struct_go_host{
		argc:    C.int(len(os.Args)),
		argv:    arguments(),
		runtime: C.assay_go_table(features()),
		ext:     &C.assay_go_ext,
		twins:   C.CString(twins.Describe()),
	})
	if procs := C.assay_go_wait(); procs > 0 {
		runtime.GOMAXPROCS(int(procs))
	}
	enter(C.assay_fn(C.assay_go_body), nil)
	C.assay_go_ended()
}

//export goExit
func goExit(status C.int) {
	os.Exit(int(status))
}
