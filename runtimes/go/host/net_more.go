package main

// #include "table.h"
import "C"

import (
	"io"
	"net"
	"os"
	"syscall"
	"unsafe"
)

//export goNetListenerFromFd
func goNetListenerFromFd(fd C.int, out *C.uintptr_t) C.int {
	f := os.NewFile(uintptr(fd), "listener")
	l, err := net.FileListener(f)
	if err == nil {
		f.Close() // it has a descriptor of its own
	}
	return give(out, l, err)
}

//export goNetUnlinkOnClose
func goNetUnlinkOnClose(l C.uintptr_t, on C.bool) C.int {
	u, ok := listenerOf(l).(*net.UnixListener)
	if !ok {
		return C.ASSAY_ENOTSUP
	}
	u.SetUnlinkOnClose(bool(on))
	return C.ASSAY_OK
}

// rights are the descriptors in control messages, of which fds has room for
// some.
func rights(oob []byte, fds []C.int) (n int) {
	messages, _ := syscall.ParseSocketControlMessage(oob)
	for _, m := range messages {
		came, _ := syscall.ParseUnixRights(&m)
		for _, fd := range came {
			if n == len(fds) {
				syscall.Close(fd)
				continue
			}
			fds[n] = C.int(fd)
			n++
		}
	}
	return n
}

//export goNetReadMsg
func goNetReadMsg(c C.uintptr_t, buf unsafe.Pointer, n C.size_t,
	got *C.size_t, fds *C.int, fdsN C.size_t, fdsGot *C.size_t) C.int {
	u, ok := streamOf(c).(*net.UnixConn)
	if !ok {
		return C.ASSAY_ENOTSUP
	}
	oob := make([]byte, syscall.CmsgSpace(253*4))
	m, k, _, _, err := u.ReadMsgUnix(bytesOf(buf, uintptr(n)), oob)
	*got = C.size_t(m)
	*fdsGot = C.size_t(rights(oob[:k], unsafe.Slice(fds, fdsN)))
	return netStatus(err)
}

// takeOff leaves in the parts what is left in the buffers, their last ones.
func takeOff(parts []C.struct_assay_bytes, left net.Buffers) {
	gone := len(parts) - len(left)
	for i := range parts {
		n := 0
		if i >= gone {
			n = len(left[i-gone])
		}
		parts[i].at = unsafe.Add(parts[i].at, int(parts[i].n)-n)
		parts[i].n = C.size_t(n)
	}
}

//export goNetWritev
func goNetWritev(c C.uintptr_t, at *C.struct_assay_bytes, n C.size_t,
	done *C.size_t) C.int {
	parts := unsafe.Slice(at, n)
	buffers := make(net.Buffers, n)
	for i, p := range parts {
		buffers[i] = bytesOf(p.at, uintptr(p.n))
	}
	m, err := buffers.WriteTo(streamOf(c))
	*done = C.size_t(m)
	takeOff(parts, buffers)
	return netStatus(err)
}

//export goNetCopy
func goNetCopy(to, from C.uintptr_t, most C.int64_t, done *C.int64_t) C.int {
	var n int64
	var err error
	if most < 0 {
		n, err = io.Copy(streamOf(to), streamOf(from))
	} else {
		n, err = io.CopyN(streamOf(to), streamOf(from), int64(most))
	}
	*done = C.int64_t(n)
	return netStatus(err)
}

// raw calls use with the connection below a conn, if it has one.
func raw(c C.uintptr_t, use func(syscall.RawConn) error) C.int {
	s, ok := streamOf(c).(syscall.Conn)
	if !ok {
		return C.ASSAY_ENOTSUP
	}
	r, err := s.SyscallConn()
	if err == nil {
		err = use(r)
	}
	return netStatus(err)
}

//export goNetRawRead
func goNetRawRead(c C.uintptr_t, fn C.raw_fn, arg unsafe.Pointer) C.int {
	return raw(c, func(r syscall.RawConn) error {
		return r.Read(func(fd uintptr) bool {
			return bool(C.assay_go_raw(fn, arg, C.int(fd)))
		})
	})
}

//export goNetRawWrite
func goNetRawWrite(c C.uintptr_t, fn C.raw_fn, arg unsafe.Pointer) C.int {
	return raw(c, func(r syscall.RawConn) error {
		return r.Write(func(fd uintptr) bool {
			return bool(C.assay_go_raw(fn, arg, C.int(fd)))
		})
	})
}

//export goNetConnFd
func goNetConnFd(c C.uintptr_t, out *C.int) C.int {
	return raw(c, func(r syscall.RawConn) error {
		return r.Control(func(fd uintptr) { *out = C.int(fd) })
	})
}

//export goNetKeepalive
func goNetKeepalive(c C.uintptr_t, k *C.struct_assay_keepalive) C.int {
	return setKeepAlive(c, k)
}

//export goNetDialKeepalive
func goNetDialKeepalive(network, address *C.char, deadline C.int64_t,
	k *C.struct_assay_keepalive, out *C.uintptr_t) C.int {
	c, err := dialKeepAlive(C.GoString(network), C.GoString(address),
		deadline, k)
	return give(out, c, err)
}

//export goNetListenKeepalive
func goNetListenKeepalive(network, address *C.char,
	k *C.struct_assay_keepalive, out *C.uintptr_t) C.int {
	l, err := listenKeepAlive(C.GoString(network), C.GoString(address), k)
	return give(out, l, err)
}
