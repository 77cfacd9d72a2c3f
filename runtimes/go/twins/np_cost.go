package twins

// What the network leaves behind, or takes each time: nothing.

import (
	"io"
	"net"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

func connected() (dialed, accepted net.Conn) {
	l := listenTCP()
	dialed, err := net.Dial("tcp", l.Addr().String())
	require(err == nil, "dial: %v", err)
	accepted, err = l.Accept()
	require(err == nil, "accept: %v", err)
	l.Close()
	return dialed, accepted
}

func roundTrips(c net.Conn, buf []byte, n int) {
	for i := 0; i < n; i++ {
		_, err := c.Write(buf)
		require(err == nil, "write: %v", err)
		_, err = io.ReadFull(c, buf)
		require(err == nil, "read: %v", err)
	}
}

var _ = twin("NP-057", func() {
	const trips = 10000
	c, peer := connected()
	go io.CopyBuffer(struct{ io.Writer }{peer}, struct{ io.Reader }{peer},
		make([]byte, 64))
	buf := make([]byte, 16)
	roundTrips(c, buf, 100)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	roundTrips(c, buf, trips)
	runtime.ReadMemStats(&after)
	n := after.Mallocs - before.Mallocs
	// The runtime's own goroutines have a few in all.
	check(n < trips/100, "%d allocations", n)
})

type waiter interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
}

// waitAndEnd lets 100 reads wait and ends them in the way of that number.
func waitAndEnd(by int, pair func() (w, r waiter)) {
	var over int32
	var ws, rs [100]waiter
	for i := range rs {
		ws[i], rs[i] = pair()
		go func(r waiter) {
			r.Read(make([]byte, 1))
			atomic.AddInt32(&over, 1)
		}(rs[i])
	}
	settle(len(rs))
	checkEq("over", atomic.LoadInt32(&over), int32(0))
	for i, r := range rs {
		switch by {
		case 0:
			ws[i].Write([]byte("x"))
		case 1:
			r.SetReadDeadline(time.Now().Add(time.Millisecond))
		case 2:
			r.Close()
		}
	}
	require(becomes(&over, int32(len(rs))), "not all reads have ended")
	for i, r := range rs {
		ws[i].Close()
		if by != 2 {
			r.SetReadDeadline(time.Time{})
		}
	}
}

func endsInDeadlock(pair func() (w, r waiter)) {
	for by := 0; by < 3; by++ {
		waitAndEnd(by, pair)
	}
	<-make(chan int)
}

var _ = twin("NP-058", func() {
	endsInDeadlock(func() (w, r waiter) { return connected() })
})

var _ = twin("NP-058/os_pipe", func() {
	endsInDeadlock(func() (w, r waiter) {
		r, w = pipe()
		return w, r
	})
})

var _ = twin("FIL-001/threads", func() {
	dir, err := os.MkdirTemp("", "assay-fil-")
	require(err == nil, "mkdtemp: %v", err)
	defer os.RemoveAll(dir)
	path := dir + "/fifo"
	var served int32
	var ws [100]*os.File
	for i := range ws {
		require(syscall.Mkfifo(path, 0o600) == nil, "mkfifo")
		// While this is open nobody waits for a peer.
		both, err := os.OpenFile(path, os.O_RDWR, 0)
		require(err == nil, "open: %v", err)
		r, err := os.Open(path)
		require(err == nil, "open: %v", err)
		ws[i], err = os.OpenFile(path, os.O_WRONLY, 0)
		require(err == nil, "open: %v", err)
		both.Close()
		os.Remove(path)
		go func() {
			n, err := r.Read(make([]byte, 1))
			check(n == 1 && err == nil, "read: %d, %v", n, err)
			r.Close()
			atomic.AddInt32(&served, 1)
		}()
	}
	settle(len(ws))
	fewThreads()
	for _, w := range ws {
		w.Write([]byte("x"))
		w.Close()
	}
	check(becomes(&served, int32(len(ws))), "not all were served")
})
