package twins

// What waits for the network may be woken from outside: no deadlock.

import (
	"net"
	"os"
)

func listenTCP() net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require(err == nil, "listen: %v", err)
	return l
}

var _ = twin("DL-012", func() { listenTCP().Accept() })

var _ = twin("DL-012/goroutine", func() {
	l := listenTCP()
	go l.Accept()
	<-make(chan int)
})

var _ = twin("DL-012/read", func() {
	l := listenTCP()
	_, err := net.Dial("tcp", l.Addr().String())
	require(err == nil, "dial: %v", err)
	c, err := l.Accept()
	require(err == nil, "accept: %v", err)
	c.Read(make([]byte, 1))
})

var _ = twin("DL-012/udp", func() {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	require(err == nil, "listen: %v", err)
	c.ReadFrom(make([]byte, 1))
})

func pipe() (r, w *os.File) {
	r, w, err := os.Pipe()
	require(err == nil, "pipe: %v", err)
	return r, w
}

var _ = twin("DL-012/os_pipe", func() {
	r, _ := pipe()
	r.Read(make([]byte, 1))
})

var _ = twin("DL-012/write", func() {
	_, w := pipe()
	w.Write(make([]byte, 1<<20))
})
