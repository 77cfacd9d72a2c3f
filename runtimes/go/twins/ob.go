package twins

// The scheduler's trace.  What it prints from the start of a program on can
// only be read from outside, so a body runs itself again in a process of its
// own and reads that one's stderr.

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const innerMark = "ASSAY_OB_INNER"

// traced is what body prints to stderr, run from the start of a program.
func traced(body func()) string {
	if os.Getenv(innerMark) != "" {
		body()
		os.Exit(0)
	}
	stderr, err := os.CreateTemp("", "assay-ob-")
	require(err == nil, "%v", err)
	defer stderr.Close()
	defer os.Remove(stderr.Name())
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Env = append(os.Environ(), innerMark+"=1",
		fmt.Sprintf("GOMAXPROCS=%d", procs()), "ASSAY_RESULT_FD=1")
	cmd.Stderr = stderr
	out, err := cmd.Output()
	require(err == nil, "inner program: %v, %s", err, out)
	text, err := os.ReadFile(stderr.Name())
	require(err == nil, "%v", err)
	return string(text)
}

// untilSeen passes time while at least four lines or blocks are printed; on
// a busy machine that may take much longer than four periods.
func untilSeen(pass func()) {
	end := time.Now().Add(upto(10 * time.Second))
	before, _ := syscall.Seek(2, 0, 1)
	for seen := 0; seen < 4 && time.Now().Before(end); {
		pass()
		if now, _ := syscall.Seek(2, 0, 1); now != before {
			seen, before = seen+1, now
		}
	}
}

func spinSeen() {
	untilSeen(func() { spinFor(30 * time.Millisecond) })
}

func restSeen() {
	untilSeen(func() { sleepMs(50) })
}

// lines leaves out what follows the last newline: nothing, or a line that
// the end of the process cut off.
func lines(text string) []string {
	all := strings.Split(text, "\n")
	return all[:len(all)-1]
}

const (
	obSched = `SCHED [0-9]+ms: gomaxprocs=[0-9]+ idleprocs=[0-9]+ ` +
		`threads=[0-9]+ spinningthreads=[0-9]+( needspinning=[0-9]+)? ` +
		`idlethreads=[0-9]+ runqueue=[0-9]+`
	obQueues = ` \[ ?[0-9]+( [0-9]+)* ?\]` +
		`( schedticks=\[ ?[0-9]+( [0-9]+)* ?\])?`
	obBool = `(0|1|true|false)`
	obID   = `(nil|-1|[0-9]+)`
)

var (
	obLine   = regexp.MustCompile("^" + obSched + obQueues + "$")
	obDetail = regexp.MustCompile("^" + obSched + " gcwaiting=" + obBool +
		" nmidlelocked=-?[0-9]+ stopwait=[0-9]+ sysmonwait=" + obBool + "$")
	obP = regexp.MustCompile(`^  P[0-9]+: status=[0-4] schedtick=[0-9]+ ` +
		`syscalltick=[0-9]+ m=` + obID +
		` runqsize=[0-9]+ gfreecnt=[0-9]+ timerslen=[0-9]+$`)
	obM = regexp.MustCompile(`^  M[0-9]+: p=` + obID + ` curg=` + obID +
		` mallocing=[0-9]+ throwing=[0-9]+ preemptoff=[^=]* locks=[0-9]+ ` +
		`dying=[0-9]+ spinning=` + obBool + ` blocked=` + obBool +
		` lockedg=` + obID + `$`)
	obG = regexp.MustCompile(`^  G[0-9]+: status=[0-9]+\(.*\) m=` + obID +
		` lockedm=` + obID + `$`)
)

// field is the number after name; true is 1, nil is -1.
func field(line, name string) int {
	i := strings.Index(line, name)
	require(i >= 0, "no %q in: %s", name, line)
	word := line[i+len(name):]
	if j := strings.IndexAny(word, " (m"); j >= 0 && word[0] != 'n' {
		word = word[:j]
	}
	switch {
	case strings.HasPrefix(word, "nil"):
		return -1
	case word == "true":
		return 1
	case word == "false":
		return 0
	}
	n, err := strconv.Atoi(word)
	require(err == nil, "no number after %q in: %s", name, line)
	return n
}

// queues are the numbers in the first brackets, and their sum.
func queues(line string) (n, sum int) {
	text := line[strings.Index(line, "[")+1:]
	for _, word := range strings.Fields(text[:strings.Index(text, "]")]) {
		v, err := strconv.Atoi(word)
		require(err == nil, "no number: %s", line)
		n, sum = n+1, sum+v
	}
	return n, sum
}

func spinFor(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
	}
}

const obTasks = 15

func tasksThenRest() {
	var wg sync.WaitGroup
	for i := 0; i < obTasks; i++ {
		wg.Add(1)
		go func() {
			spinFor(40 * time.Millisecond)
			wg.Done()
		}()
	}
	spinSeen()
	wg.Wait()
	restSeen()
}

func spinThenRest() {
	spinFor(100 * time.Millisecond)
	restSeen()
}

func checkLine(line string) {
	check(obLine.MatchString(line), "not the line's shape: %s", line)
}

var _ = twin("OB-001", func() {
	last, all := 0, lines(traced(spinThenRest))
	for i, line := range all {
		ms := field(line, "SCHED ")
		checkLine(line)
		if i == 0 {
			checkEq("the first time", ms, 0)
		} else {
			check(ms-last >= 19, "%d ms after %d", ms, last)
		}
		last = ms
	}
	note("%d lines", len(all))
	check(len(all) >= 4, "%d lines", len(all))
	check(last >= 150, "the last one at %d ms", last)
})

var _ = twin("OB-001/off", func() {
	checkEq("stderr", traced(func() { sleepMs(30) }), "")
})

var _ = twin("OB-002", func() {
	all := lines(traced(spinThenRest))
	require(len(all) > 0, "no line")
	parts := []string{" needspinning=", " [ ", " schedticks=[ "}
	has := make([]bool, len(parts))
	for i, part := range parts {
		has[i] = strings.Contains(all[0], part)
	}
	note("needspinning, spaces, schedticks: %v", has)
	for _, line := range all {
		checkLine(line)
		for i, part := range parts {
			checkEq(part, strings.Contains(line, part), has[i])
		}
	}
	check(!has[2] || has[1], "schedticks without spaces")
	check(!has[1] || has[0], "spaces without needspinning")
})

var _ = twin("OB-003", func() {
	last := -1
	for _, line := range lines(traced(tasksThenRest)) {
		n, _ := queues(line)
		checkEq("gomaxprocs", field(line, " gomaxprocs="), procs())
		checkEq("queues", n, procs())
		check(field(line, " idleprocs=") <= procs(), "%s", line)
		check(field(line, " idlethreads=")+field(line, " spinningthreads=") <=
			field(line, " threads="), "%s", line)
		ms := field(line, "SCHED ")
		check(ms > last, "%d ms after %d", ms, last)
		last = ms
	}
	check(last > 0, "one line only")
})

// Go's own goroutines count in the lines as well.
const obOwn = 6

var _ = twin("OB-004", func() {
	over, full, idle, all := 0, 0, 0, lines(traced(tasksThenRest))
	for _, line := range all {
		_, queued := queues(line)
		queued += field(line, " runqueue=")
		busy := procs() - field(line, " idleprocs=") -
			field(line, " spinningthreads=")
		if busy < 0 {
			busy = 0
		}
		if queued+busy > obTasks+1+obOwn {
			over++
		}
		if queued > 0 && busy > 0 {
			full++
		}
		if queued > 0 {
			idle = 0
		} else if field(line, " idleprocs=") == procs() {
			idle++
		}
	}
	note("%d lines, %d with a queue, %d at rest, %d over", len(all), full,
		idle, over)
	check(over <= len(all)/10, "%d lines are over", over)
	check(full > 0 || procs() > 2, "no queue")
	check(idle > 0, "no rest")
})

var _ = twin("OB-010", func() {
	all := lines(traced(func() { sleepMs(30) }))
	for _, line := range all {
		checkLine(line)
	}
	check(len(all) >= 1, "no line")
})

var _ = twin("OB-010/bad", func() {
	checkEq("stderr", traced(func() { sleepMs(30) }), "")
})

var _ = twin("BT-003", func() {
	all := lines(traced(spinThenRest))
	require(len(all) > 0, "no line")
	checkLine(all[0])
	n, _ := queues(all[0])
	checkEq("the first time", field(all[0], "SCHED "), 0)
	checkEq("queues", n, procs())
	check(field(all[0], " threads=") >= 1, "%s", all[0])
	check(field(all[0], " idleprocs=") < procs(), "%s", all[0])
	note("%s", all[0])
})

// ---- scheddetail ------------------------------------------------------------

type block struct {
	head    string
	p, m, g []string
	ordered bool
}

// blocks leaves out the last one, which the end may have cut off.
func blocks(text string) []*block {
	var all []*block
	for _, line := range lines(text) {
		if !strings.HasPrefix(line, "  ") {
			all = append(all, &block{head: line, ordered: true})
			continue
		}
		require(len(all) > 0, "no SCHED line before: %s", line)
		all[len(all)-1].add(line)
	}
	require(len(all) > 0, "no block")
	return all[:len(all)-1]
}

func (b *block) add(line string) {
	switch line[2] {
	case 'P':
		b.ordered = b.ordered && b.m == nil && b.g == nil
		b.p = append(b.p, line)
	case 'M':
		b.ordered = b.ordered && b.g == nil
		b.m = append(b.m, line)
	case 'G':
		b.g = append(b.g, line)
	default:
		require(false, "no line of a P, M or G: %s", line)
	}
}

func number(line string) int {
	n, err := strconv.Atoi(line[3:strings.Index(line, ":")])
	require(err == nil, "no number: %s", line)
	return n
}

func gstatus(line string) int {
	return field(line, " status=") & 0xfff
}

func (b *block) quiet() bool {
	if field(b.head, " idleprocs=") != field(b.head, " gomaxprocs=") {
		return false
	}
	for _, p := range b.p {
		if field(p, " status=") != 0 {
			return false
		}
	}
	return true
}

func computeThenRest() {
	var stop int32
	var wg sync.WaitGroup
	for i := 1; i < runtime.GOMAXPROCS(0); i++ {
		wg.Add(1)
		go func() {
			for atomic.LoadInt32(&stop) == 0 {
				spinFor(time.Millisecond)
			}
			wg.Done()
		}()
	}
	spinSeen()
	atomic.StoreInt32(&stop, 1)
	wg.Wait()
	restSeen()
}

var _ = twin("OB-005", func() {
	agree, all := 0, blocks(traced(computeThenRest))
	for _, b := range all {
		check(obDetail.MatchString(b.head), "not the line's shape: %s", b.head)
		check(b.ordered, "not Ps, Ms, Gs")
		checkEq("P lines", len(b.p), procs())
		if b.quiet() && len(b.m) == field(b.head, " threads=") {
			agree++
		}
		check(len(b.g) >= 1, "no G line")
		for i, p := range b.p {
			checkEq("P", number(p), i)
		}
	}
	check(len(all) >= 3, "%d blocks", len(all))
	check(agree > 0, "M lines are never as many as threads")
})

var _ = twin("OB-006", func() {
	quiet, busy := 0, 0
	for _, b := range blocks(traced(computeThenRest)) {
		rests, timers := b.quiet(), 0
		for _, p := range b.p {
			check(obP.MatchString(p), "not the line of a P: %s", p)
			timers += field(p, " timerslen=")
			if field(p, " status=") == 1 && field(p, " m=") >= 0 {
				busy++
			}
			if rests {
				checkEq("m", field(p, " m="), -1)
				checkEq("runqsize", field(p, " runqsize="), 0)
			}
		}
		if rests && timers > 0 {
			quiet++
		}
	}
	check(quiet > 0, "no rest with a timer")
	check(busy > 0, "no P runs")
})

func find(lines []string, n int) string {
	for _, line := range lines {
		if number(line) == n {
			return line
		}
	}
	return ""
}

func (b *block) agrees(m string) bool {
	if p := field(m, " p="); p >= 0 {
		line := find(b.p, p)
		if line == "" || field(line, " m=") != number(m) {
			return false
		}
	}
	g := field(m, " curg=")
	if g < 0 {
		return true
	}
	line := find(b.g, g)
	return line != "" && field(line, " m=") == number(m) &&
		(gstatus(line) == 2 || gstatus(line) == 3)
}

func (b *block) allAgree() bool {
	for _, m := range b.m {
		if !b.agrees(m) {
			return false
		}
	}
	return true
}

func count(lines []string, fields ...string) int {
	n := 0
	for _, line := range lines {
		all := true
		for _, name := range fields {
			all = all && field(line, name) >= 0
		}
		if all {
			n++
		}
	}
	return n
}

var _ = twin("OB-007", func() {
	agree, all := 0, blocks(traced(computeThenRest))
	for _, b := range all {
		for _, m := range b.m {
			check(obM.MatchString(m), "not the line of an M: %s", m)
		}
		if b.allAgree() && count(b.m, " p=", " curg=") > 0 {
			agree++
		}
	}
	note("%d of %d blocks agree while busy", agree, len(all))
	check(agree > 0, "no block agrees")
})

var _ = twin("OB-009", func() {
	busy, quiet := 0, 0
	for _, b := range blocks(traced(computeThenRest)) {
		owners, owned := count(b.m, " p="), count(b.p, " m=")
		if b.quiet() {
			checkEq("Ms with a P", owners, 0)
			quiet++
		}
		if owners > 0 && owners == owned && owners <= len(b.p) && b.allAgree() {
			busy++
		}
	}
	check(busy > 0, "no block agrees")
	check(quiet > 0, "no rest")
})

// obParked says who parks how, and what Go versions call it.
var obParked = []struct {
	body   func()
	reason string
}{
	{func() { <-make(chan int) }, `chan receive`},
	{func() { <-(chan int)(nil) }, `chan receive \(nil chan\)`},
	{func() { make(chan int) <- 1 }, `chan send`},
	{func() { (chan int)(nil) <- 1 }, `chan send \(nil chan\)`},
	{func() {
		select {
		case <-make(chan int):
		case <-make(chan int):
		}
	}, `select`},
	{func() { select {} }, `select \(no cases\)`},
	{func() { time.Sleep(time.Hour) }, `sleep`},
	{func() {
		var m sync.Mutex
		m.Lock()
		m.Lock()
	}, `sync.Mutex.Lock|semacquire`},
	{func() {
		var m sync.RWMutex
		m.Lock()
		m.RLock()
	}, `sync.RWMutex.RLock|semacquire`},
	{func() {
		var m sync.RWMutex
		m.RLock()
		m.Lock()
	}, `sync.RWMutex.Lock|semacquire`},
	{func() {
		var wg sync.WaitGroup
		wg.Add(1)
		wg.Wait()
	}, `sync.WaitGroup.Wait|semacquire`},
	{func() {
		var m sync.Mutex
		m.Lock()
		sync.NewCond(&m).Wait()
	}, `sync.Cond.Wait`},
}

func parkAll() {
	for _, p := range obParked {
		go p.body()
	}
	settle(len(obParked))
	restSeen()
}

func (b *block) waits(reason string) bool {
	re := regexp.MustCompile(`status=[0-9]*4\((` + reason + `)\) m=`)
	for _, g := range b.g {
		if re.MatchString(g) {
			return true
		}
	}
	return false
}

var _ = twin("OB-008", func() {
	quiet := 0
	for _, b := range blocks(traced(parkAll)) {
		for _, g := range b.g {
			check(obG.MatchString(g), "not the line of a G: %s", g)
			s := gstatus(g)
			check(s <= 9 && s != 5 && s != 7, "status: %s", g)
		}
		if !b.quiet() || !b.waits("sync.Cond.Wait") {
			continue
		}
		quiet++
		for _, p := range obParked {
			check(b.waits(p.reason), "no G waits with: %s", p.reason)
		}
	}
	check(quiet > 0, "no rest")
})

var ofTheRuntime = regexp.MustCompile(`\((force gc \(idle\)|GC sweep wait|` +
	`GC scavenge wait|GC worker \(idle\)|finalizer wait|cleanup wait|` +
	`GOMAXPROCS updater \(idle\))\)`)

func parkAndCount() {
	for i := 0; i < 10; i++ {
		go func() { <-make(chan int) }()
	}
	settle(10)
	n := 0
	for _, line := range strings.Split(string(Dump()), "\n") {
		if _, ok := State([]byte(line)); ok {
			n++
		}
	}
	require(n == runtime.NumGoroutine(), "%d in the dump, %d counted", n,
		runtime.NumGoroutine())
	require(n == 11, "%d goroutines", n)
	restSeen()
}

var _ = twin("OB-013", func() {
	agree := 0
	for _, b := range blocks(traced(parkAndCount)) {
		n := 0
		for _, g := range b.g {
			if s := gstatus(g); s != 6 && s != 0 &&
				!ofTheRuntime.MatchString(g) {
				n++
			}
		}
		if b.quiet() && n == 11 {
			agree++
		}
	}
	check(agree > 0, "no block has 11 goroutines")
})

var _ = twin("OB-011/locked", func() {
	go func() {
		runtime.LockOSThread()
		<-make(chan int)
	}()
	go func() { <-make(chan int) }()
	settle(2)
	dump := string(Dump())
	for _, state := range []string{
		" [chan receive, locked to thread]:\n", " [chan receive]:\n"} {
		check(strings.Contains(dump, state), "no %q in %s", state, dump)
	}
})

var _ = twin("DL-022", func() {
	sleepMs(50)
	<-make(chan int)
})

var _ = twin("DL-022/detail", func() {
	sleepMs(50)
	c := make(chan int)
	go func() { <-c }()
	<-c
})
