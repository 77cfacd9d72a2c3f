package main

import (
	"math/rand"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Registers are one atomic word, so what they are at the end is of one moment.
const (
	bits = 7
	mask = 1<<bits - 1
	over = uint64(1) << 63 // the round is over, no register changes
	unit = 200 * time.Microsecond
)

type arm struct {
	Send                         bool
	Obj, Number, From, Value, Ok int
}

type op struct {
	Do                         string
	Obj, Number, From, Reg, To int
	Default                    bool
	Arms                       []arm
}

type object struct {
	ch   chan int
	mu   sync.Mutex
	rw   sync.RWMutex
	wg   sync.WaitGroup
	once sync.Once
	cond *sync.Cond
}

// How a goroutine pauses before an operation and before its results.
type mood int

const (
	calm mood = iota
	yields
	spins
	sleeps
	moods
)

type actor struct {
	r      *round
	number int
	pc     atomic.Int32 // -1: it has ended
	stop   bool         // the round is over: it leaves its blocks
	mood   mood
	slow   int
	rnd    *rand.Rand
}

func (a *actor) live() {
	defer func() {
		if v := recover(); v != nil {
			a.r.finish("panic", code(v))
		}
		a.pc.Store(-1)
		a.r.left.Add(-1)
		alive.Add(-1)
	}()
	a.block()
	if !a.stop && a.number == a.r.p.Main {
		a.r.finish("returned", 0)
	}
}

// What a panic is for a register.
func code(v any) int {
	text, is := v.(string)
	if err, ok := v.(runtime.Error); ok {
		text, is = err.Error(), true
	}
	for code, known := range map[int]string{101: "send on closed channel",
		102: "close of closed channel", 103: "close of nil channel",
		105: "sync: negative WaitGroup counter", 120: "boom"} {
		if is && strings.TrimPrefix(text, "runtime error: ") == known {
			return code
		}
	}
	return 121
}

// Runs to the end of the block that it is in, or until the round is over.
func (a *actor) block() {
	body := a.r.p.Goroutines[a.number]
	for !a.stop {
		pc := a.pc.Load()
		if int(pc) == len(body) || strings.HasPrefix(body[pc].Do, "end") {
			return
		}
		a.dally()
		if a.r.regs.Load()&over != 0 {
			a.stop = true
			return
		}
		a.step(&body[pc])
		a.pc.CompareAndSwap(pc, pc+1)
	}
}

func (a *actor) inside() {
	a.pc.Add(1)
	a.block()
}

func (a *actor) dally() {
	n := a.rnd.Intn(a.slow)
	switch a.mood {
	case yields:
		for n %= 4; n > 0; n-- {
			runtime.Gosched()
		}
	case spins:
		for i := 0; i < n; i++ {
			a.rnd.Int63()
		}
	case sleeps:
		time.Sleep(time.Duration(n) * 50)
	}
}

func value(regs uint64, number, from int) int {
	if from < 0 {
		return number
	}
	return number + int(regs>>(bits*from))&mask
}

// Writes values to registers, in pairs, all at one moment.
func (a *actor) write(pairs ...int) {
	a.dally()
	for {
		old := a.r.regs.Load()
		if old&over != 0 {
			return
		}
		regs := old
		for i := 0; i < len(pairs); i += 2 {
			if at := bits * pairs[i]; at >= 0 {
				regs = regs&^(mask<<at) | uint64(pairs[i+1])<<at
			}
		}
		if a.r.regs.CompareAndSwap(old, regs) {
			return
		}
	}
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// A channel to send to and one to receive from, one of them nil.
func (a *actor) ends(regs uint64, arms []arm, i int) (send, recv chan int,
	v int) {
	if i >= len(arms) {
		return nil, nil, 0
	}
	if ch := a.r.objects[arms[i].Obj].ch; arms[i].Send {
		return ch, nil, value(regs, arms[i].Number, arms[i].From)
	} else {
		return nil, ch, 0
	}
}

// Takes one of at most two cases by a select; 2 is the default.
func (a *actor) choose(regs uint64, o *op) (chosen, v int, ok bool) {
	s0, r0, v0 := a.ends(regs, o.Arms, 0)
	s1, r1, v1 := a.ends(regs, o.Arms, 1)
	if o.Default {
		select {
		case s0 <- v0:
		case v, ok = <-r0:
		case s1 <- v1:
			chosen = 1
		case v, ok = <-r1:
			chosen = 1
		default:
			chosen = 2
		}
		return
	}
	select {
	case s0 <- v0:
	case v, ok = <-r0:
	case s1 <- v1:
		chosen = 1
	case v, ok = <-r1:
		chosen = 1
	}
	return
}

// The same for any number of cases.
func (a *actor) reflected(regs uint64, o *op) (chosen, v int, ok bool) {
	var cases []reflect.SelectCase
	for i := range o.Arms {
		send, recv, v := a.ends(regs, o.Arms, i)
		c := reflect.SelectCase{Dir: reflect.SelectRecv,
			Chan: reflect.ValueOf(recv)}
		if o.Arms[i].Send {
			c = reflect.SelectCase{Dir: reflect.SelectSend,
				Chan: reflect.ValueOf(send), Send: reflect.ValueOf(v)}
		}
		cases = append(cases, c)
	}
	if o.Default {
		cases = append(cases, reflect.SelectCase{Dir: reflect.SelectDefault})
	}
	chosen, got, ok := reflect.Select(cases)
	if ok && got.IsValid() {
		v = int(got.Int())
	}
	return chosen, v, ok
}

// All that is sent is read from registers at one moment.
func (a *actor) communicate(o *op) {
	var chosen, v int
	var ok bool
	regs := a.r.regs.Load()
	send, recv, first := a.ends(regs, o.Arms, 0)
	switch {
	case o.Do == "comm" && o.Arms[0].Send:
		send <- first
	case o.Do == "comm":
		v, ok = <-recv
	case len(o.Arms) == 0 && !o.Default:
		select {}
	case len(o.Arms) <= 2:
		chosen, v, ok = a.choose(regs, o)
	default:
		chosen, v, ok = a.reflected(regs, o)
	}
	if o.Default && chosen >= len(o.Arms) {
		a.write(o.Reg, len(o.Arms)+1)
		return
	}
	taken := o.Arms[chosen]
	a.write(o.Reg, chosen+1, taken.Value, v, taken.Ok, number(ok))
}

func (a *actor) try(o *op) {
	defer func() {
		if v := recover(); v != nil {
			a.write(o.Reg, code(v))
		}
		a.pc.Store(int32(o.To))
	}()
	a.inside()
}

func (a *actor) step(o *op) {
	var x object
	obj := &x
	if o.Obj >= 0 {
		obj = &a.r.objects[o.Obj]
	}
	switch o.Do {
	case "comm", "select":
		a.communicate(o)
	case "close-chan":
		close(obj.ch)
	case "lock-mutex":
		obj.mu.Lock()
	case "unlock-mutex":
		obj.mu.Unlock()
	case "trylock-mutex":
		a.write(o.Reg, number(obj.mu.TryLock()))
	case "lock-rwmutex":
		obj.rw.Lock()
	case "unlock-rwmutex":
		obj.rw.Unlock()
	case "trylock-rwmutex":
		a.write(o.Reg, number(obj.rw.TryLock()))
	case "rlock-rwmutex":
		obj.rw.RLock()
	case "runlock-rwmutex":
		obj.rw.RUnlock()
	case "tryrlock-rwmutex":
		a.write(o.Reg, number(obj.rw.TryRLock()))
	case "add":
		obj.wg.Add(o.Number)
	case "wait-waitgroup":
		obj.wg.Wait()
	case "wait-cond":
		obj.cond.Wait()
	case "signal-cond":
		obj.cond.Signal()
	case "broadcast-cond":
		obj.cond.Broadcast()
	case "once":
		obj.once.Do(a.inside)
		a.pc.Store(int32(o.To))
	case "try":
		a.try(o)
	default:
		a.plain(o)
	}
}

// What is no call of the runtime's, or hardly one.
func (a *actor) plain(o *op) {
	switch o.Do {
	case "if", "while":
		regs := a.r.regs.Load()
		if value(regs, 0, o.Reg) != value(regs, o.Number, o.From) {
			a.pc.Store(int32(o.To))
		}
	case "loop":
		runtime.Gosched()
		a.pc.Store(int32(o.To))
	case "set":
		a.write(o.Reg, value(a.r.regs.Load(), o.Number, o.From))
	case "sleep":
		time.Sleep(time.Duration(o.Number) * unit)
	case "yield":
		runtime.Gosched()
	case "panic":
		panic("boom")
	default:
		panic("unknown operation " + o.Do)
	}
}
