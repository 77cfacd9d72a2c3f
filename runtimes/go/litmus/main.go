// Litmus programs on real Go, without C: an interpreter of the protocol in
// conformance/litmus/PROTOCOL.md.
//
// A request is answered by some rounds of its program.  A round has objects of
// its own and a goroutine for each of the program's; it is over when all have
// ended, when main has returned, at a panic, or when nobody can go on, which the
// states in a dump of all goroutines say: a dump is of one moment.
//
//	main.go   requests, rounds and how they end
//	step.go   what a goroutine does
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	abreast = 16  // rounds at once
	leftMax = 200 // goroutines left behind, before a new process is wanted
)

type program struct {
	Main, Registers int
	Objects         []struct {
		Kind string
		Size int
	}
	Goroutines [][]op
}

// An outcome, and how often it was seen.
type outcome struct {
	Count     int    `json:"count"`
	End       string `json:"end"`
	Panic     int    `json:"panic,omitempty"`
	Registers []int  `json:"registers"`
	At        []int  `json:"at,omitempty"`
}

type round struct {
	p       *program
	regs    atomic.Uint64
	last    uint64        // what regs was at the end
	end     string        // how it ended; a code beside it for a panic
	code    int           // of the panic
	over    chan struct{} // closed when last, end and code are set
	left    atomic.Int32  // goroutines that have not ended
	objects []object
	actors  []*actor
}

// Goroutines of all rounds that have not ended.
var alive atomic.Int32

func newRound(p *program, rnd *rand.Rand) *round {
	r := &round{p: p, over: make(chan struct{}),
		objects: make([]object, len(p.Objects))}
	for i, o := range p.Objects {
		if o.Kind == "chan" && o.Size >= 0 {
			r.objects[i].ch = make(chan int, o.Size)
		}
		if o.Kind == "cond" {
			r.objects[i].cond = sync.NewCond(&r.objects[o.Size].mu)
		}
	}
	m := mood(rnd.Intn(int(moods)))
	for i := range p.Goroutines {
		r.actors = append(r.actors, &actor{r: r, number: i, mood: m,
			rnd:  rand.New(rand.NewSource(rnd.Int63())),
			slow: 1 << rnd.Intn(10)})
	}
	r.left.Store(int32(len(r.actors)))
	alive.Add(int32(len(r.actors)))
	for _, i := range rnd.Perm(len(r.actors)) {
		go r.actors[i].live()
	}
	return r
}

// Ends the round in that way, unless it is over.
func (r *round) finish(end string, code int) {
	for {
		old := r.regs.Load()
		if old&over != 0 {
			return
		}
		if r.regs.CompareAndSwap(old, old|over) {
			r.last, r.end, r.code = old, end, code
			close(r.over)
			return
		}
	}
}

func (r *round) isOver() bool {
	return r.regs.Load()&over != 0 || r.left.Load() == 0
}

// The states of a goroutine in a dump that only others end.
var (
	states = regexp.MustCompile(`(?m)^goroutine \d+ \[([^\],]*)`)
	waits  = map[string]bool{"chan receive": true, "chan send": true,
		"chan receive (nil chan)": true, "chan send (nil chan)": true,
		"select": true, "select (no cases)": true, "semacquire": true,
		"sync.Mutex.Lock": true, "sync.RWMutex.Lock": true,
		"sync.RWMutex.RLock": true, "sync.WaitGroup.Wait": true,
		"sync.Cond.Wait": true}
	dump = make([]byte, 1<<16)
)

// True if all but this goroutine wait for others.
func quiet() bool {
	n := runtime.Stack(dump, true)
	for n == len(dump) {
		dump = make([]byte, 2*n)
		n = runtime.Stack(dump, true)
	}
	for i, state := range states.FindAllSubmatch(dump[:n], -1) {
		if i > 0 && !waits[string(state[1])] {
			return false
		}
	}
	return true
}

// Returns when each round is over or nobody can go on.
func await(rounds []*round) {
	for looks := 0; len(rounds) > 0; looks++ {
		switch {
		case rounds[0].isOver():
			rounds = rounds[1:]
		case looks < 20:
			runtime.Gosched()
		case quiet():
			return
		default:
			time.Sleep(20 * time.Microsecond)
		}
	}
}

func (r *round) outcome() outcome {
	r.finish("quiet", 0)
	<-r.over
	o := outcome{End: r.end, Panic: r.code, Registers: []int{}}
	for i := 0; i < r.p.Registers; i++ {
		o.Registers = append(o.Registers, int(r.last>>(bits*i))&mask)
	}
	for _, a := range r.actors {
		if r.end == "quiet" {
			o.At = append(o.At, int(a.pc.Load()))
		}
	}
	return o
}

// Runs so many rounds, or fewer if too many goroutines are left behind.
func run(p *program, n int, rnd *rand.Rand) ([]*outcome, bool) {
	seen := []*outcome{}
	kinds := map[string]*outcome{}
	for n > 0 {
		var rounds []*round
		for ; n > 0 && len(rounds) < abreast; n-- {
			rounds = append(rounds, newRound(p, rnd))
		}
		await(rounds)
		for _, r := range rounds {
			o := r.outcome()
			key := fmt.Sprint(o)
			if kinds[key] == nil {
				kinds[key] = &o
				seen = append(seen, &o)
			}
			kinds[key].Count++
		}
		if alive.Load() > leftMax {
			return seen, true
		}
	}
	return seen, false
}

func main() {
	if len(os.Args) > 1 {
		procs, _ := strconv.Atoi(os.Args[1])
		runtime.GOMAXPROCS(procs)
	}
	// One that starts the collector waits for it as others do for a lock.
	debug.SetGCPercent(-1)
	out := json.NewEncoder(os.Stdout)
	_ = out.Encode(map[string]any{"litmus": 1, "name": "go-native",
		"version": runtime.Version(), "model": "N:M"})
	in := json.NewDecoder(bufio.NewReader(os.Stdin))
	for {
		var ask struct {
			ID, Rounds int
			Seed       int64
			Program    program
		}
		if in.Decode(&ask) != nil {
			return
		}
		seen, full := run(&ask.Program, ask.Rounds,
			rand.New(rand.NewSource(ask.Seed)))
		_ = out.Encode(map[string]any{"id": ask.ID, "seen": seen,
			"full": full})
		runtime.GC()
	}
}
