package main

// #include "table.h"
import "C"

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"unsafe"
)

// netErrors are the errors that have a status of their own.
var netErrors = []struct {
	err    error
	status C.int
}{
	{io.EOF, C.ASSAY_EOF},
	{os.ErrDeadlineExceeded, C.ASSAY_TIMEOUT},
	{net.ErrClosed, C.ASSAY_NET_CLOSED},
	{os.ErrClosed, C.ASSAY_NET_CLOSED},
	{io.ErrClosedPipe, C.ASSAY_NET_PIPE_CLOSED},
	{os.ErrNoDeadline, C.ASSAY_NET_NO_DEADLINE},
	{context.Canceled, C.ASSAY_NET_CANCELED},
	{syscall.ECONNREFUSED, C.ASSAY_NET_REFUSED},
	{syscall.ECONNRESET, C.ASSAY_NET_RESET},
	{syscall.EPIPE, C.ASSAY_NET_PIPE},
	{syscall.EMFILE, C.ASSAY_NET_MFILE},
	{syscall.ENFILE, C.ASSAY_NET_MFILE},
}

// netStatus is the status of an error of Go's; its text is kept.
func netStatus(err error) C.int {
	if err == nil {
		return C.ASSAY_OK
	}
	setLastText(C.GO_TEXT_NET, err)
	for _, known := range netErrors {
		if errors.Is(err, known.err) {
			return known.status
		}
	}
	return netKind(err)
}

// netKind judges an error by its type.
func netKind(err error) C.int {
	var errno syscall.Errno
	var unknown net.UnknownNetworkError
	var badAddr *net.AddrError
	var badText *net.ParseError
	var name *net.DNSError
	var timeout net.Error
	switch {
	case err.Error() == "use of closed file":
		return C.ASSAY_NET_CLOSED // a file's deadline; os has no name for it
	case errors.As(err, &errno):
		return C.ASSAY_NET_OTHER // ETIMEDOUT too: it is nobody's deadline
	case errors.As(err, &unknown):
		return C.ASSAY_ENOTSUP
	case errors.As(err, &badAddr) &&
		badAddr.Err == "unexpected address type":
		return C.ASSAY_ENOTSUP // listen on "udp"
	case errors.As(err, &badAddr), errors.As(err, &badText):
		return C.ASSAY_NET_ADDR
	case errors.As(err, &name) && name.Err == "unknown port":
		return C.ASSAY_NET_ADDR
	case errors.As(err, &timeout) && timeout.Timeout():
		return C.ASSAY_TIMEOUT
	}
	return C.ASSAY_NET_OTHER
}

// setLastText keeps the text of an error for the goroutine that gets its
// status; which is one of enum go_text.
func setLastText(which C.int, err error) {
	text := C.CString(err.Error())
	C.assay_go_set_text(which, text)
	C.free(unsafe.Pointer(text))
}
