//go:build !go1.23

package main

// #include "table.h"
import "C"

import "net"

const haveKeepAliveConfig = false

// Never called: the table has no such functions.

func setKeepAlive(C.uintptr_t, *C.struct_assay_keepalive) C.int {
	return C.ASSAY_ENOTSUP
}

func dialKeepAlive(string, string, C.int64_t,
	*C.struct_assay_keepalive) (net.Conn, error) {
	return nil, net.ErrClosed
}

func listenKeepAlive(string, string,
	*C.struct_assay_keepalive) (net.Listener, error) {
	return nil, net.ErrClosed
}
