package main

import (
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"
)

const (
	mostBytes = 4096
	patience  = 10 * time.Second // the load may have failed
)

// Goroutines count here what they find: the messages, and what went wrong.
type end struct {
	conn     *net.TCPConn
	messages int64
	bad      bool
}

type network struct {
	serving, calling sync.WaitGroup
	listener         *net.TCPListener
	gate             chan struct{} // closed when all clients may start
	size             int64         // of a message
	server, client   []end
}

// ---- the ends --------------------------------------------------------------

func (n *network) echo(e *end) {
	buf := make([]byte, mostBytes)
	total := int64(0)
	for {
		got, err := e.conn.Read(buf)
		if err != nil {
			break
		}
		total += int64(got)
		if _, err := e.conn.Write(buf[:got]); err != nil {
			break
		}
	}
	e.messages = total / n.size
	e.bad = total%n.size != 0
	e.conn.Close()
	n.serving.Done()
}

func (e *end) exchange(out, in []byte, number int64) bool {
	for i := range out {
		out[i] = byte(number)
	}
	if _, err := e.conn.Write(out); err != nil {
		return false
	}
	if _, err := io.ReadFull(e.conn, in); err != nil {
		return false
	}
	return bytes.Equal(in, out)
}

func (n *network) call(e *end) {
	out, in := make([]byte, n.size), make([]byte, n.size)
	<-n.gate
	for i := int64(0); i < e.messages && !e.bad; i++ {
		e.bad = !e.exchange(out, in, i)
	}
	e.conn.Close()
	n.calling.Done()
}

// ---- set up and down -------------------------------------------------------

// Nil if it failed.
func (s *state) openNet() *network {
	conns := s.size(0, 100)
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{
		IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		s.fail("listen: %v", err)
		return nil
	}
	listener.SetDeadline(time.Now().Add(patience))
	return &network{listener: listener, gate: make(chan struct{}),
		size: s.args[1], server: make([]end, conns),
		client: make([]end, conns)}
}

func (s *state) accept(n *network, e *end) bool {
	conn, err := n.listener.AcceptTCP()
	if err != nil {
		s.fail("accept: %v", err)
		return false
	}
	e.conn = conn
	n.serving.Add(1)
	go n.echo(e)
	return true
}

func (s *state) dial(n *network, e *end) bool {
	conn, err := net.DialTCP("tcp", nil, n.listener.Addr().(*net.TCPAddr))
	if err != nil {
		s.fail("dial: %v", err)
		return false
	}
	e.conn = conn
	n.calling.Add(1)
	go n.call(e)
	return true
}

func (s *state) checkEnds(ends []end) {
	missing, bad := s.n, int64(0)
	for i := range ends {
		missing -= ends[i].messages
		if ends[i].bad {
			bad++
		}
	}
	s.expect("number of connections with a wrong answer", bad, 0)
	s.expect("number of messages missing", missing, 0)
}

func (s *state) finishNet(goroutines int64) {
	s.finish(s.n, goroutines, s.n)
	s.counter("cpu_ns_per_item", float64(s.cpu)/float64(s.n))
	s.counter("requests_per_second", float64(s.n)*1e9/float64(s.real))
}

// ---- measuring -------------------------------------------------------------

// Opens all connections.  After a failure nobody waits for those that are
// missing: the listener is gone, and with it what it did not accept.
func (s *state) connect(n *network) {
	conns := int64(len(n.client))
	for i := range n.client {
		n.client[i].messages = s.n / conns
		if int64(i) < s.n%conns {
			n.client[i].messages++
		}
		if !s.dial(n, &n.client[i]) || !s.accept(n, &n.server[i]) {
			break
		}
	}
	n.listener.Close()
}

func bothEnds(s *state) {
	n := s.openNet()
	if n == nil {
		return
	}
	s.connect(n)
	s.begin()
	close(n.gate)
	n.calling.Wait()
	n.serving.Wait()
	s.end()
	s.checkEnds(n.client)
	s.checkEnds(n.server)
	s.finishNet(2 * int64(len(n.client)))
}

func (s *state) startLoad(port int) *exec.Cmd {
	cmd := exec.Command(settings.load, strconv.Itoa(port),
		strconv.FormatInt(s.args[0], 10),
		strconv.FormatInt(s.args[1], 10), strconv.FormatInt(s.n, 10))
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		s.skip = "cannot start " + settings.load
		return nil
	}
	return cmd
}

func serverOnly(s *state) {
	n := s.openNet()
	if n == nil {
		return
	}
	defer n.listener.Close()
	cmd := s.startLoad(n.listener.Addr().(*net.TCPAddr).Port)
	if cmd == nil {
		return
	}
	s.begin()
	for i := range n.server {
		if !s.accept(n, &n.server[i]) {
			cmd.Process.Kill()
			break
		}
	}
	n.serving.Wait()
	s.end()
	if cmd.Wait() != nil {
		s.fail("the load generator failed")
	}
	s.checkEnds(n.server)
	s.finishNet(int64(len(n.server)))
}

var netWorkloads = []workload{
	{name: "net/echo/conns:100/bytes:64", measure: bothEnds},
	{name: "net/serve/conns:100/bytes:64", measure: serverOnly},
}
