// The host: a Go program, made by gccgo, in which one case, written in C, meets
// the scheduler, channels, select, timers and panics of libgo.
//
// Go and C have one way to call here, without cgo: a C function is called from
// Go by a declaration with //extern, a Go function from C by its symbol,
// "main.name".  So a body in C runs on the stack of its goroutine, which parks,
// panics and moves between threads as any other does.
package main

import (
	"os"
	"runtime"
	"sync"
	"unsafe"
)

const (
	statusOK           = 0
	statusClosed       = 1
	statusAgain        = 2
	statusTimeout      = 3
	statusPanicked     = 4
	statusChanSize     = -4
	statusInvalid      = -64
	statusNotSupported = -66

	poll    = 0
	forever = 1<<63 - 1
)

// Bytes that Go must be able to copy.
const argMost = 256

// How run is asked, as assay.h has it.
type runOptions struct {
	size     uintptr
	procs    int32
	flags    uint32
	seed     uint64
	schedule uint64
}

//extern assay_gccgo_child
func child(argc int32, argv **byte) int32

// kept are the objects that only C knows of, whose memory the collector does
// not see.
var kept sync.Map

func keep(p unsafe.Pointer) unsafe.Pointer {
	kept.Store(p, true)
	return p
}

func drop(p unsafe.Pointer) {
	kept.Delete(p)
}

// cString is a text as C has it.
func cString(text string) *byte {
	bytes := append([]byte(text), 0)
	return &bytes[0]
}

// goString copies a text of C's; nil is an empty one.
func goString(text *byte) string {
	n := uintptr(0)
	for text != nil && *(*byte)(unsafe.Add(unsafe.Pointer(text), n)) != 0 {
		n++
	}
	return string(unsafe.Slice(text, n))
}

func main() {
	var argv []*byte
	for _, arg := range os.Args {
		argv = append(argv, cString(arg))
	}
	argv = append(argv, nil)
	os.Exit(int(child(int32(len(os.Args)), &argv[0])))
}

var hasRun bool

// Run runs the body in the goroutine of main, who calls it.
func Run(fn, arg unsafe.Pointer, options *runOptions) int32 {
	o := runOptions{}
	if options != nil && options.size >= unsafe.Offsetof(o.seed) {
		o.procs, o.flags = options.procs, options.flags
	}
	if fn == nil || o.procs < 0 || hasRun {
		return statusInvalid
	}
	if o.flags != 0 {
		return statusNotSupported
	}
	hasRun = true
	if o.procs > 0 {
		runtime.GOMAXPROCS(int(o.procs))
	}
	enter(fn, arg)
	return statusOK
}

func Exit(status int32) {
	os.Exit(int(status))
}
