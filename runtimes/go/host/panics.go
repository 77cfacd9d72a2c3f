package main

// #include "table.h"
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"
)

// raised is a panic that C raised by a status.
type raised struct {
	status C.int
	text   string
}

func (r raised) Error() string { return r.text }

// panicTexts are the texts of all statuses that are panics.
var panicTexts = func() map[string]C.int {
	texts := map[string]C.int{}
	for s := C.int(-63); s < 0; s++ {
		texts[C.GoString(C.assay_status_text(s))] = s
	}
	delete(texts, C.GoString(C.assay_status_text(-63)))
	return texts
}()

// text is what Go prints of a panic's value behind "panic: ".
func text(value any) string {
	if err, ok := value.(error); ok {
		return err.Error()
	}
	if value == nil {
		return "nil"
	}
	return fmt.Sprint(value)
}

// catchStatus is deferred by what may panic in Go's own code.
func catchStatus(status *C.int) {
	value := recover()
	if value == nil {
		return
	}
	s, known := panicTexts[text(value)]
	if !known {
		panic(value)
	}
	*status = s
}

// describe fills *out, which may be nil, with the value of a panic.
func describe(value any, out *C.struct_assay_panic) {
	if out == nil {
		return
	}
	*out = C.struct_assay_panic{}
	switch v := value.(type) {
	case raised:
		out.kind, out.status = C.ASSAY_PANIC_RUNTIME, C.int32_t(v.status)
	case runtime.Error:
		out.kind = C.ASSAY_PANIC_RUNTIME
		out.status = C.int32_t(panicTexts[v.Error()])
		if isPanicNil(v) {
			out.kind = C.ASSAY_PANIC_NIL
		}
	case nil:
		out.kind = C.ASSAY_PANIC_NIL
	case error:
		out.kind = C.ASSAY_PANIC_ERROR
	case int:
		out.kind, out.value = C.ASSAY_PANIC_INT, C.int64_t(v)
	}
	setText(out, text(value))
}

// setText cuts the text to fit, with its NUL.
func setText(out *C.struct_assay_panic, text string) {
	room := unsafe.Slice((*byte)(unsafe.Pointer(&out.text)), len(out.text))
	room[copy(room[:len(room)-1], text)] = 0
}

// raise panics with what a status stands for, by the real thing where C can
// bring it about.
func raise(status C.int, text string) {
	c := make(chan int)
	switch status {
	case C.ASSAY_SEND_CLOSED:
		close(c)
		c <- 1
	case C.ASSAY_CLOSE_CLOSED:
		close(c)
		close(c)
	case C.ASSAY_CLOSE_NIL:
		c = nil
		close(c)
	}
	if text == "" {
		text = C.GoString(C.assay_status_text(status))
	}
	panic(raised{status, text})
}

// asked is an error whose text C gives.
type asked struct {
	text C.text_fn
	arg  unsafe.Pointer
}

func (a asked) Error() string {
	return C.GoString(C.assay_go_error(a.text, a.arg))
}

//export goPanicText
func goPanicText(text C.text_fn, arg unsafe.Pointer) {
	panic(asked{text, arg})
}

//export goPanic
func goPanic(p *C.struct_assay_panic) {
	text := C.GoString(&p.text[0])
	switch p.kind {
	case C.ASSAY_PANIC_STRING:
		panic(text)
	case C.ASSAY_PANIC_INT:
		panic(int(p.value))
	case C.ASSAY_PANIC_NIL:
		panic(nil)
	case C.ASSAY_PANIC_RUNTIME:
		raise(C.int(p.status), text)
	}
	panic(errors.New(text))
}
