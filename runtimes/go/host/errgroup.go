//go:build errgroup

package main

// #include "table.h"
import "C"

import (
	"errors"
	"fmt"
	"runtime/cgo"
	"strings"
	"unsafe"

	"golang.org/x/sync/errgroup"
)

func init() {
	C.assay_go_ext.group = &C.assay_go_group
}

func groupOf(h C.uintptr_t) *errgroup.Group {
	return cgo.Handle(h).Value().(*errgroup.Group)
}

//export goGroupNew
func goGroupNew() C.uintptr_t {
	return C.uintptr_t(cgo.NewHandle(new(errgroup.Group)))
}

//export goGroupWithContext
func goGroupWithContext(parent C.uintptr_t, group,
	context *C.uintptr_t) (status C.int) {
	defer catchStatus(&status)
	g, c := errgroup.WithContext(parentOf(parent))
	*group = C.uintptr_t(cgo.NewHandle(g))
	*context = giveCtx(&ctx{Context: c})
	return C.ASSAY_OK
}

// goGroupSetLimit takes the panic that has a number in its text, which a
// status has not.
//
//export goGroupSetLimit
func goGroupSetLimit(h C.uintptr_t, n C.int64_t) (status C.int) {
	defer func() {
		value := recover()
		switch {
		case value == nil:
		case strings.HasPrefix(fmt.Sprint(value),
			"errgroup: modify limit while "):
			setLastText(C.GO_TEXT_GROUP, errors.New(fmt.Sprint(value)))
			status = C.ASSAY_GROUP_LIMIT
		default:
			panic(value)
		}
	}()
	groupOf(h).SetLimit(int(n))
	return C.ASSAY_OK
}

//export goGroupGo
func goGroupGo(h C.uintptr_t, task C.assay_task, arg unsafe.Pointer,
	deadline C.int64_t) C.int {
	f := func() (err error) {
		enterBody(func(g C.uintptr_t) {
			err = errorOf(C.assay_go_enter_task(task, arg, g))
		})
		return err
	}
	switch deadline {
	case C.ASSAY_FOREVER:
		groupOf(h).Go(f)
		return C.ASSAY_OK
	case C.ASSAY_POLL:
		if groupOf(h).TryGo(f) {
			return C.ASSAY_OK
		}
		return C.ASSAY_AGAIN
	}
	return C.ASSAY_ENOTSUP
}

//export goGroupWait
func goGroupWait(h C.uintptr_t) C.int {
	return codeOf(groupOf(h).Wait())
}

//export goGroupFree
func goGroupFree(h C.uintptr_t) {
	cgo.Handle(h).Delete()
}
