package twins

// The network: what goroutines that wait for it cost.

import (
	"net"
	"sync/atomic"
)

func fewThreads() {
	n := threadCount()
	check(n < procs()+10, "%d threads", n)
}

// readers are connections whose other ends wait for a byte each.
type readers struct {
	peers  []net.Conn
	served int32
}

func (r *readers) read(c net.Conn, want byte) {
	var buf [2]byte
	n, err := c.Read(buf[:])
	if check(n == 1 && err == nil, "read: %d, %v", n, err) {
		checkEq("the byte", buf[0], want)
	}
	atomic.AddInt32(&r.served, 1)
}

func startReaders(n int) *readers {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require(err == nil, "listen: %v", err)
	r := &readers{}
	for i := 0; i < n; i++ {
		peer, err := net.Dial("tcp", l.Addr().String())
		require(err == nil, "dial: %v", err)
		c, err := l.Accept()
		require(err == nil, "accept: %v", err)
		r.peers = append(r.peers, peer)
		go r.read(c, byte(i*7+1))
	}
	settle(n)
	checkEq("served", atomic.LoadInt32(&r.served), int32(0))
	return r
}

func (r *readers) serve() {
	for i, peer := range r.peers {
		_, err := peer.Write([]byte{byte(i*7 + 1)})
		require(err == nil, "write: %v", err)
	}
	check(becomes(&r.served, int32(len(r.peers))), "not all were served")
}

var _ = twin("NP-002", func() {
	r := startReaders(1000)
	fewThreads()
	r.serve()
	fewThreads()
	note("%d readers, %d threads", len(r.peers), threadCount())
})

var _ = twin("NP-042/threads", func() {
	r := startReaders(300)
	r.serve()
	fewThreads()
	note("%d served, %d threads", len(r.peers), threadCount())
})
