//go:build go1.25 && errgroup

// differ runs the programs of conformance/differ on real Go, in virtual time:
// the twin of conformance/differ/run.c, which says what a program is.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	period   = time.Millisecond
	last     = 100
	channels = 6
	contexts = 8
	timers   = 2
)

// number is an error of a program's own.
type number int

func (n number) Error() string { return strconv.Itoa(int(n)) }

func errorText(err error) string {
	if err == nil {
		return "nil"
	}
	return err.Error()
}

type key int

type cancelFunc func(cause int) string

type run struct {
	start  time.Time
	c      [channels]chan int64
	closed [channels]bool
	x      [contexts]context.Context
	cancel [contexts]cancelFunc
	stop   [contexts]func() bool
	t      [timers]*time.Timer
	group  *errgroup.Group
	over   bool
	logs   []string

	mu   sync.Mutex
	late []string
}

func (r *run) elapsed() int64 { return int64(time.Since(r.start)) }

func span(d, k int) time.Duration {
	return time.Duration(d)*period + 100*time.Microsecond +
		time.Duration(k)*time.Microsecond
}

func (r *run) note(g int, format string, args ...any) {
	if !r.over {
		r.logs[g] += fmt.Sprintf(format, args...)
	}
}

func (r *run) noteLate(k int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.over {
		r.late = append(r.late, fmt.Sprintf("%d@%d", k, r.elapsed()))
	}
}

// ---- operations ----

// limit is a channel that tells of the deadline; nil: none.
func limit(mode byte, d, k int, isNil bool) (<-chan time.Time, func() bool) {
	if mode == 's' {
		d = 50
		if !isNil {
			return nil, func() bool { return true }
		}
	}
	t := time.NewTimer(span(d, k))
	return t.C, t.Stop
}

// arm is a case of a select: it polls, or joins the select that waits.
type arm struct {
	kind  byte
	send  chan int64
	recv  chan int64
	done  <-chan struct{}
	timer <-chan time.Time
	value int64
}

// forEver is true if no channel that is closed in the end lets it go on.
func (a *arm) forEver() bool { return a.send == nil && a.recv == nil }

func (r *run) armOf(kind byte, i, k int) *arm {
	a := &arm{kind: kind, value: int64(k)}
	switch kind {
	case 's':
		a.send = r.c[i]
	case 'r':
		a.recv = r.c[i]
	case 't':
		if r.t[i] != nil {
			a.timer = r.t[i].C
		}
	default:
		if r.x[i] != nil {
			a.done = r.x[i].Done()
		}
	}
	return a
}

func status(ok bool) string {
	if ok {
		return "ok"
	}
	return "channel closed"
}

func raised(text *string) {
	if v := recover(); v != nil {
		*text = v.(error).Error()
	}
}

func (r *run) received(a *arm, v int64, ok bool) string {
	a.value = v
	return status(ok)
}

func (r *run) came(a *arm, at time.Time) string {
	a.value = int64(at.Sub(r.start))
	return "ok"
}

// poll is a select of the one case with default.
func (r *run) poll(a *arm) (text string) {
	defer raised(&text)
	select {
	case a.send <- a.value:
		return "ok"
	case v, ok := <-a.recv:
		return r.received(a, v, ok)
	case _, ok := <-a.done:
		return status(ok)
	case at := <-a.timer:
		return r.came(a, at)
	default:
		return "not ready"
	}
}

// wait is a select of up to four cases; those that are missing are nil.
func (r *run) wait(arms []*arm, end <-chan time.Time) (i int, text string) {
	var a [4]*arm
	for i := range a {
		a[i] = &arm{}
	}
	copy(a[:], arms)
	defer func() {
		if v := recover(); v != nil {
			text = v.(error).Error()
			for n, a := range arms {
				if a.kind == 's' && r.isClosed(a.send) {
					i = n
					break
				}
			}
		}
	}()
	select {
	case a[0].send <- a[0].value:
		return 0, "ok"
	case a[1].send <- a[1].value:
		return 1, "ok"
	case a[2].send <- a[2].value:
		return 2, "ok"
	case a[3].send <- a[3].value:
		return 3, "ok"
	case v, ok := <-a[0].recv:
		return 0, r.received(a[0], v, ok)
	case v, ok := <-a[1].recv:
		return 1, r.received(a[1], v, ok)
	case v, ok := <-a[2].recv:
		return 2, r.received(a[2], v, ok)
	case v, ok := <-a[3].recv:
		return 3, r.received(a[3], v, ok)
	case _, ok := <-a[0].done:
		return 0, status(ok)
	case _, ok := <-a[1].done:
		return 1, status(ok)
	case _, ok := <-a[2].done:
		return 2, status(ok)
	case _, ok := <-a[3].done:
		return 3, status(ok)
	case at := <-a[0].timer:
		return 0, r.came(a[0], at)
	case at := <-a[1].timer:
		return 1, r.came(a[1], at)
	case at := <-a[2].timer:
		return 2, r.came(a[2], at)
	case at := <-a[3].timer:
		return 3, r.came(a[3], at)
	case <-end:
		return -1, "i/o timeout"
	}
}

func (r *run) isClosed(c chan int64) bool {
	for i := range r.c {
		if r.c[i] == c {
			return r.closed[i]
		}
	}
	return false
}

func (r *run) take(arms []*arm, mode byte, d, k int) (int, string) {
	never := true
	for i, a := range arms {
		never = never && a.forEver()
		if text := r.poll(a); text != "not ready" {
			return i, text
		}
	}
	if mode == 'p' {
		return -1, "not ready"
	}
	end, stop := limit(mode, d, k, never)
	defer stop()
	return r.wait(arms, end)
}

func (r *run) doSelect(g, k int, op string) {
	head, list, _ := strings.Cut(op, ":")
	d, _ := strconv.Atoi(head[3:])
	var arms []*arm
	for _, a := range strings.Split(list, ".") {
		i, _ := strconv.Atoi(a[1:])
		arms = append(arms, r.armOf(a[0], i, k))
	}
	i, text := r.take(arms, op[1], d, k)
	r.note(g, " %d:%s", k, text)
	if i < 0 {
		return
	}
	r.note(g, "/%d", i)
	if arms[i].kind == 'r' || arms[i].kind == 't' {
		r.note(g, "=%d", arms[i].value)
	}
}

func (r *run) doChan(g, k int, op byte, i, d int) {
	kind, mode := byte('r'), byte('s')
	switch op {
	case 's', 'p', 'e':
		kind, mode = 's', op
	case 'q':
		mode = 'p'
	case 'w':
		mode = 'e'
	}
	a := r.armOf(kind, i, k)
	_, text := r.take([]*arm{a}, mode, d, k)
	r.note(g, " %d:%s", k, text)
	if kind == 'r' && (text == "ok" || text == "channel closed") {
		r.note(g, "=%d", a.value)
	}
}

func (r *run) closeChan(i int) (text string) {
	defer raised(&text)
	close(r.c[i])
	r.closed[i] = true
	return "ok"
}

func (r *run) doTell(g, k int, x context.Context) {
	if x == nil {
		return
	}
	r.note(g, " %d:%s", k, errorText(x.Err()))
	r.note(g, ",%s", errorText(context.Cause(x)))
	if x.Done() != nil {
		r.note(g, ",%s", r.poll(&arm{kind: 'x', done: x.Done()}))
	}
	if at, ok := x.Deadline(); ok {
		r.note(g, ",%d", at.Sub(r.start))
	}
	for i := 0; i < contexts; i++ {
		if v := x.Value(key(i)); v != nil {
			r.note(g, ",v%d=%d", i, v)
		}
	}
}

func noCall(int) string { return "no such call" }

func timed(parent context.Context, d, k int) (context.Context,
	context.CancelFunc) {
	if d%2 == 0 {
		return context.WithDeadline(parent, time.Now().Add(span(d, k)))
	}
	return context.WithTimeoutCause(parent, span(d, k), number(d))
}

func (r *run) doMake(g, k int, op byte, i, j, d int) {
	parent := r.x[j]
	if r.x[i] != nil || parent == nil {
		return
	}
	r.cancel[i] = noCall
	switch op {
	case 'c':
		x, cancel := context.WithCancelCause(parent)
		r.x[i] = x
		r.cancel[i] = func(n int) string {
			if n == 0 {
				cancel(nil)
			} else {
				cancel(number(n))
			}
			return "ok"
		}
	case 'T':
		x, cancel := timed(parent, d, k)
		r.x[i] = x
		r.cancel[i] = func(n int) string {
			if n != 0 {
				return "no such call"
			}
			cancel()
			return "ok"
		}
	case 'v':
		r.x[i] = context.WithValue(parent, key(k%contexts), k+1)
	default:
		r.x[i] = context.WithoutCancel(parent)
	}
	r.note(g, " %d:ok", k)
}

func (r *run) doContext(g, k int, op byte, i, n int) {
	switch {
	case r.x[i] == nil:
	case op == 'K':
		r.note(g, " %d:%s", k, r.cancel[i](n))
	case op == 'A' && r.stop[i] == nil:
		r.stop[i] = context.AfterFunc(r.x[i], func() { r.noteLate(k) })
	case op == 'a' && r.stop[i] != nil:
		r.note(g, " %d:%d", k, digit(r.stop[i]()))
	}
}

func digit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (r *run) doTimer(g, k int, op byte, i, d int) {
	switch {
	case op == 't' && r.t[i] == nil:
		r.t[i] = time.NewTimer(span(d, k))
	case op == 'z' && r.t[i] != nil:
		r.note(g, " %d:%d", k, digit(r.t[i].Stop()))
	case op == 'Z' && r.t[i] != nil:
		r.note(g, " %d:%d", k, digit(r.t[i].Reset(span(d, k))))
	}
}

// setLimit panics while tasks are alive, and changes nothing.
func (r *run) setLimit(n int) {
	defer func() { recover() }()
	r.group.SetLimit(n)
}

func (r *run) doGroup(g, k int, op byte, d, n int) {
	task := func() error {
		time.Sleep(span(d, k))
		if n == 0 {
			return nil
		}
		return number(n)
	}
	switch op {
	case 'L':
		r.setLimit(d)
	case 'g':
		r.note(g, " %d:%s", k, errorText(r.group.Wait()))
	case 'G':
		r.group.Go(task)
		r.note(g, " %d:ok", k)
	default:
		text := "not ready"
		if r.group.TryGo(task) {
			text = "ok"
		}
		r.note(g, " %d:%s", k, text)
	}
}

func (r *run) perform(g, k int, op string) {
	var n [3]int
	for i, s := range strings.SplitN(op[1:], ",", 3) {
		n[i], _ = strconv.Atoi(s)
	}
	switch op[0] {
	case 'S':
		r.doSelect(g, k, op)
	case 's', 'p', 'e', 'r', 'q', 'w':
		r.doChan(g, k, op[0], n[0], n[1])
	case 'k':
		r.note(g, " %d:%s", k, r.closeChan(n[0]))
	case 'l':
		r.note(g, " %d:%d/%d", k, len(r.c[n[0]]), cap(r.c[n[0]]))
	case 'c', 'T', 'v', 'u':
		r.doMake(g, k, op[0], n[0], n[1], n[2])
	case 'E':
		r.doTell(g, k, r.x[n[0]])
	case 'K', 'A', 'a':
		r.doContext(g, k, op[0], n[0], n[1])
	case 't', 'z', 'Z':
		r.doTimer(g, k, op[0], n[0], n[1])
	case 'F':
		time.AfterFunc(span(n[0], k), func() { r.noteLate(k) })
	default:
		r.doGroup(g, k, op[0], n[0], n[1])
	}
}

// ---- a program ----

// waitTurn waits for the next moment of goroutine g.
func (r *run) waitTurn(g int) {
	offset := int64(g+1) * 10000
	in := (offset - r.elapsed()%int64(period) + int64(period)) %
		int64(period)
	if in == 0 {
		in = int64(period)
	}
	time.Sleep(time.Duration(in))
}

func (r *run) act(g, k int, ops []string) {
	for _, op := range ops {
		if r.waitTurn(g); r.over {
			return
		}
		r.perform(g, k, op)
		r.note(g, "@%d", r.elapsed())
		k++
	}
}

func begin(gos int) *run {
	r := &run{start: time.Now(), logs: make([]string, gos)}
	for i, n := range []int{0, 0, 1, 2, 1, 0} {
		if i > 0 {
			r.c[i] = make(chan int64, n)
		}
	}
	r.closeChan(4)
	r.x[0], r.cancel[0] = context.Background(), noCall
	r.group, r.x[1] = errgroup.WithContext(r.x[0])
	r.cancel[1] = noCall
	return r
}

// end lets go what is left waiting.
func (r *run) end() {
	r.over = true
	for i := 1; i < channels; i++ {
		if !r.closed[i] {
			close(r.c[i])
		}
	}
	for i := 2; i < contexts; i++ {
		if r.x[i] != nil {
			r.cancel[i](0)
		}
	}
}

func runProgram(n int, line string) {
	texts := strings.Split(line, "|")
	r := begin(len(texts))
	var all sync.WaitGroup
	k := 0
	for g, text := range texts {
		ops := strings.Fields(text)
		first := k
		all.Go(func() { r.act(g, first, ops) })
		k += len(ops)
	}
	time.Sleep(last * period)
	r.end()
	all.Wait()
	r.group.Wait()
	fmt.Printf("== %d\n", n)
	for g, text := range r.logs {
		fmt.Printf("%d:%s\n", g, text)
	}
	sort.Strings(r.late)
	for _, text := range r.late {
		fmt.Println("late", text)
	}
}

func runAll(t *testing.T, path string, from int) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(f)
	for i := 0; lines.Scan(); i++ {
		if i >= from {
			synctest.Test(t, func(*testing.T) {
				runProgram(i, lines.Text())
			})
		}
	}
	return lines.Err()
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, errors.New("usage: differ - FILE FROM"))
		os.Exit(2)
	}
	path := os.Args[2]
	from, _ := strconv.Atoi(os.Args[3])
	os.Args = os.Args[:1]
	all := func(_, _ string) (bool, error) { return true, nil }
	test := func(t *testing.T) {
		if err := runAll(t, path, from); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		os.Exit(0)
	}
	testing.Main(all, []testing.InternalTest{{Name: "differ", F: test}}, nil,
		nil)
}
