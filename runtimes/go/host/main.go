// The host: a Go program in which one case, written in C, meets Go's own
// scheduler, channels, select, timers and panics.  See ../README.md.
package main

// #cgo CFLAGS: -std=gnu11 -I${SRCDIR}/../../../abi
// #cgo CFLAGS: -I${SRCDIR}/../../../conformance/runner
// #cgo LDFLAGS: -lassay-cases -lcunit
// #include "table.h"
import "C"

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"unsafe"

	"assay/runtimes/go/twins"
)

// Every goroutine with a C body has a thread: what a machine bears.
const maxGoroutines = 4000

func features() C.struct_go_features {
	return C.struct_go_features{
		version: C.CString(runtime.Version()),
		traits: C.ASSAY_TRAIT_PARALLEL | C.ASSAY_TRAIT_PREEMPTIVE |
			C.ASSAY_TRAIT_GODEBUG | timerTraits,
		max_goroutines: maxGoroutines,
		wg_go:          haveWaitGroupGo,
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

func main() {
	if twins.Has(caseOf(os.Args[1:])) {
		execTwins()
	}
	debug.SetMaxThreads(3 * maxGoroutines)
	argv := make([]*C.char, len(os.Args)+1)
	for i, arg := range os.Args {
		argv[i] = C.CString(arg)
	}
	size := C.size_t(len(argv)) * C.size_t(unsafe.Sizeof(argv[0]))
	block := (**C.char)(C.malloc(size))
	copy(unsafe.Slice(block, len(argv)), argv)
	status := C.assay_child_main(C.int(len(os.Args)), block,
		C.assay_go_table(features()))
	C.assay_go_flush()
	if len(os.Args) == 2 && os.Args[1] == "--assay-describe" {
		twins.Describe()
	}
	os.Exit(int(status))
}

var started int32

//export goRun
func goRun(fn C.assay_fn, arg unsafe.Pointer, procs C.int32_t,
	flags C.uint32_t) C.int {
	if flags&^C.ASSAY_RUN_EMBEDDED != 0 {
		return C.ASSAY_ENOTSUP
	}
	if procs < 0 || !atomic.CompareAndSwapInt32(&started, 0, 1) {
		return C.ASSAY_EINVAL
	}
	if procs > 0 {
		runtime.GOMAXPROCS(int(procs))
	}
	enter(fn, arg)
	return C.ASSAY_OK
}

//export goExit
func goExit(status C.int) {
	os.Exit(int(status))
}
