package main

// #include "table.h"
import "C"

import (
	"io"
	"net"
	"os"
	"runtime/cgo"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// stream is what C calls a conn: a net.Conn, an os.File, an end of net.Pipe.
type stream interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// memPipe reads nothing at once; net.Pipe would wait for a write.
type memPipe struct{ net.Conn }

func (p memPipe) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	return p.Conn.Read(b)
}

func streamOf(h C.uintptr_t) stream {
	return cgo.Handle(h).Value().(stream)
}

func listenerOf(h C.uintptr_t) net.Listener {
	return cgo.Handle(h).Value().(net.Listener)
}

// give hands an object to C, unless there was an error.
func give(out *C.uintptr_t, object any, err error) C.int {
	if err == nil {
		*out = C.uintptr_t(cgo.NewHandle(object))
	}
	return netStatus(err)
}

// timeOf is the zero time, Go's "never", for ASSAY_FOREVER.
func timeOf(deadline C.int64_t) time.Time {
	if deadline == C.ASSAY_FOREVER {
		return time.Time{}
	}
	return timeAt(int64(deadline))
}

//export goNetDial
func goNetDial(network, address *C.char, deadline C.int64_t,
	out *C.uintptr_t) C.int {
	d := net.Dialer{Deadline: timeOf(deadline)}
	c, err := d.Dial(C.GoString(network), C.GoString(address))
	return give(out, c, err)
}

//export goNetListen
func goNetListen(network, address *C.char, out *C.uintptr_t) C.int {
	l, err := net.Listen(C.GoString(network), C.GoString(address))
	return give(out, l, err)
}

//export goNetAccept
func goNetAccept(l C.uintptr_t, out *C.uintptr_t) C.int {
	c, err := listenerOf(l).Accept()
	return give(out, c, err)
}

//export goNetListenerAddr
func goNetListenerAddr(l C.uintptr_t, buf *C.char, n C.size_t) C.int {
	fill(buf, n, []byte(listenerOf(l).Addr().String()))
	return C.ASSAY_OK
}

//export goNetListenerDeadline
func goNetListenerDeadline(l C.uintptr_t, deadline C.int64_t) C.int {
	d := listenerOf(l).(interface{ SetDeadline(time.Time) error })
	return netStatus(d.SetDeadline(timeOf(deadline)))
}

//export goNetListenerClose
func goNetListenerClose(l C.uintptr_t) C.int {
	return netStatus(listenerOf(l).Close())
}

//export goNetRead
func goNetRead(c C.uintptr_t, buf unsafe.Pointer, n C.size_t,
	got *C.size_t) C.int {
	m, err := streamOf(c).Read(bytesOf(buf, uintptr(n)))
	*got = C.size_t(m)
	return netStatus(err)
}

//export goNetWrite
func goNetWrite(c C.uintptr_t, buf unsafe.Pointer, n C.size_t,
	done *C.size_t) C.int {
	m, err := streamOf(c).Write(bytesOf(buf, uintptr(n)))
	*done = C.size_t(m)
	return netStatus(err)
}

//export goNetReadDeadline
func goNetReadDeadline(c C.uintptr_t, deadline C.int64_t) C.int {
	return netStatus(streamOf(c).SetReadDeadline(timeOf(deadline)))
}

//export goNetWriteDeadline
func goNetWriteDeadline(c C.uintptr_t, deadline C.int64_t) C.int {
	return netStatus(streamOf(c).SetWriteDeadline(timeOf(deadline)))
}

//export goNetShutdown
func goNetShutdown(c C.uintptr_t, how C.int) C.int {
	s, ok := streamOf(c).(interface {
		CloseRead() error
		CloseWrite() error
	})
	if !ok {
		return C.ASSAY_ENOTSUP
	}
	if how&C.ASSAY_SHUT_READ != 0 {
		if err := s.CloseRead(); err != nil {
			return netStatus(err)
		}
	}
	if how&C.ASSAY_SHUT_WRITE != 0 {
		return netStatus(s.CloseWrite())
	}
	return C.ASSAY_OK
}

// address tells one end of a conn; a file has none, nor has the far end of
// a packet conn.
func address(c C.uintptr_t, end func(net.Conn) net.Addr, buf *C.char,
	n C.size_t) C.int {
	conn, ok := streamOf(c).(net.Conn)
	if !ok || end(conn) == nil {
		return C.ASSAY_ENOTSUP
	}
	fill(buf, n, []byte(end(conn).String()))
	return C.ASSAY_OK
}

//export goNetLocalAddr
func goNetLocalAddr(c C.uintptr_t, buf *C.char, n C.size_t) C.int {
	return address(c, net.Conn.LocalAddr, buf, n)
}

//export goNetRemoteAddr
func goNetRemoteAddr(c C.uintptr_t, buf *C.char, n C.size_t) C.int {
	return address(c, net.Conn.RemoteAddr, buf, n)
}

//export goNetClose
func goNetClose(c C.uintptr_t) C.int {
	return netStatus(streamOf(c).Close())
}

// goNetFree closes what C did not: a conn or a listener.
//
//export goNetFree
func goNetFree(h C.uintptr_t) {
	cgo.Handle(h).Value().(io.Closer).Close()
	cgo.Handle(h).Delete()
}

//export goNetPacketListen
func goNetPacketListen(network, address *C.char, out *C.uintptr_t) C.int {
	c, err := net.ListenPacket(C.GoString(network), C.GoString(address))
	return give(out, c, err)
}

//export goNetReadFrom
func goNetReadFrom(c C.uintptr_t, buf unsafe.Pointer, n C.size_t,
	got *C.size_t, from *C.char, fromN C.size_t) C.int {
	p, ok := streamOf(c).(net.PacketConn)
	if !ok {
		return C.ASSAY_ENOTSUP
	}
	m, addr, err := p.ReadFrom(bytesOf(buf, uintptr(n)))
	*got = C.size_t(m)
	if addr != nil {
		fill(from, fromN, []byte(addr.String()))
	}
	return netStatus(err)
}

// resolve reads an address of the kind that the conn has itself.
func resolve(p net.PacketConn, text string) (net.Addr, error) {
	network := p.LocalAddr().Network()
	if strings.HasPrefix(network, "unix") {
		return net.ResolveUnixAddr(network, text)
	}
	return net.ResolveUDPAddr(network, text)
}

//export goNetWriteTo
func goNetWriteTo(c C.uintptr_t, buf unsafe.Pointer, n C.size_t,
	to *C.char) C.int {
	p, ok := streamOf(c).(net.PacketConn)
	if !ok {
		return C.ASSAY_ENOTSUP
	}
	addr, err := resolve(p, C.GoString(to))
	if err == nil {
		_, err = p.WriteTo(bytesOf(buf, uintptr(n)), addr)
	}
	return netStatus(err)
}

// giveTwo hands both ends of a pipe to C.
func giveTwo(out *C.uintptr_t, a, b stream) C.int {
	ends := unsafe.Slice(out, 2)
	ends[0] = C.uintptr_t(cgo.NewHandle(a))
	ends[1] = C.uintptr_t(cgo.NewHandle(b))
	return C.ASSAY_OK
}

//export goNetOsPipe
func goNetOsPipe(out *C.uintptr_t) C.int {
	r, w, err := os.Pipe()
	if err != nil {
		return netStatus(err)
	}
	return giveTwo(out, r, w)
}

//export goNetMemPipe
func goNetMemPipe(out *C.uintptr_t) C.int {
	a, b := net.Pipe()
	return giveTwo(out, memPipe{a}, memPipe{b})
}

// fromFd makes a socket a net.Conn, which has a descriptor of its own then,
// and anything else an os.File.
func fromFd(fd int) (stream, error) {
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return nil, os.NewSyscallError("fstat", err)
	}
	mode := st.Mode & syscall.S_IFMT
	if mode != syscall.S_IFREG && mode != syscall.S_IFDIR {
		// What is not blocking is given to the poller, if that takes it.
		if err := syscall.SetNonblock(fd, true); err != nil {
			return nil, os.NewSyscallError("fcntl", err)
		}
	}
	f := os.NewFile(uintptr(fd), "fd")
	if mode == syscall.S_IFSOCK {
		if c, err := net.FileConn(f); err == nil {
			return c, f.Close()
		}
	}
	return f, nil
}

//export goNetFromFd
func goNetFromFd(fd C.int, out *C.uintptr_t) C.int {
	s, err := fromFd(int(fd))
	return give(out, s, err)
}
