package main

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"
)

// A panic as assay.h has it.
type cPanic struct {
	kind, status int32
	value        int64
	text         [128]byte
}

const (
	panicString = iota
	panicInt
	panicError
	panicRuntime
	panicNil
)

//extern assay_gccgo_text
func statusText(status int32) *byte

//extern assay_gccgo_ask
func callText(text, arg unsafe.Pointer) *byte

// raised is a panic that C raised by a status.
type raised struct {
	status int32
	text   string
}

func (r raised) Error() string { return r.text }

// panicTexts are the texts of all statuses that are panics.
var panicTexts = func() map[string]int32 {
	texts := map[string]int32{}
	for s := int32(-63); s < 0; s++ {
		texts[goString(statusText(s))] = s
	}
	delete(texts, goString(statusText(-63)))
	return texts
}()

// text is what Go prints of a panic's value behind "panic: ".
func text(value interface{}) string {
	if err, ok := value.(error); ok {
		return err.Error()
	}
	if value == nil {
		return "nil"
	}
	return fmt.Sprint(value)
}

// catchStatus is deferred by what may panic in Go's own code.
func catchStatus(status *int32) {
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
func describe(value interface{}, out *cPanic) {
	if out == nil {
		return
	}
	*out = cPanic{}
	switch v := value.(type) {
	case raised:
		out.kind, out.status = panicRuntime, v.status
	case runtime.Error:
		out.kind, out.status = panicRuntime, panicTexts[v.Error()]
	case nil:
		out.kind = panicNil
	case error:
		out.kind = panicError
	case int:
		out.kind, out.value = panicInt, int64(v)
	}
	copy(out.text[:len(out.text)-1], text(value))
}

// raise panics with what a status stands for, by the real thing where C can
// bring it about.
func raise(status int32, text string) {
	c := make(chan int)
	switch goString(statusText(status)) {
	case "send on closed channel":
		close(c)
		c <- 1
	case "close of closed channel":
		close(c)
		close(c)
	case "close of nil channel":
		c = nil
		close(c)
	}
	if text == "" {
		text = goString(statusText(status))
	}
	panic(raised{status, text})
}

// asked is an error whose text C gives.
type asked struct {
	text, arg unsafe.Pointer
}

func (a asked) Error() string {
	return goString(callText(a.text, a.arg))
}

func PanicText(text, arg unsafe.Pointer) {
	panic(asked{text, arg})
}

func Panic(p *cPanic) {
	text := goString(&p.text[0])
	switch p.kind {
	case panicString:
		panic(text)
	case panicInt:
		panic(int(p.value))
	case panicNil:
		panic(nil)
	case panicRuntime:
		raise(p.status, text)
	}
	panic(errors.New(text))
}
