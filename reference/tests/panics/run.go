// run.go runs programs of defers, panics and goexits on real Go: the twin of
// run.c, which says what a program is.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
)

var (
	line  string
	match map[int]int
	count int

	once [2]*sync.Once
	lazy [2]func() int
)

func say(format string, args ...any) {
	os.Stderr.WriteString(fmt.Sprintf(format, args...))
}

func text(v any) string {
	if err, ok := v.(error); ok {
		return err.Error()
	}
	return fmt.Sprint(v)
}

func value(at int) any {
	count++
	s := fmt.Sprintf("%d#%d", at, count)
	switch line[at] {
	case '~':
		return s + "\nmore"
	case 'e':
		return errors.New(s)
	case 'i':
		return 1000 + count
	case 'n':
		return nil
	}
	return s
}

// try never returns if a goexit is under way, whatever it recovers.
func try(block int) (result string) {
	defer func() {
		if v := recover(); v != nil {
			result = text(v)
		}
	}()
	exec(block)
	return "ok"
}

func doLazy(at int, l *func() int, block int) {
	if *l == nil {
		*l = sync.OnceValue(func() int { return exec(block) })
	}
	say("l%d %d\n", at, (*l)())
}

func withBlock(at, block int) {
	var own func() int
	do := func() { exec(block) }
	switch line[at] {
	case 'c':
		exec(block)
	case 't':
		say("t%d %s\n", at, try(block))
	case 'o':
		new(sync.Once).Do(do)
	case 'A', 'B':
		once[line[at]-'A'].Do(do)
	case 'l':
		doLazy(at, &own, block)
	case 'K':
		doLazy(at, &lazy[0], block)
	case 'M':
		doLazy(at, &lazy[1], block)
	case 'P':
		pool := sync.Pool{New: func() any { return exec(block) }}
		say("P%d %d\n", at, pool.Get())
	case 'm':
		var m sync.Map
		m.Store(1, block)
		m.Range(func(_, b any) bool { exec(b.(int)); return true })
	case 'w':
		var wg sync.WaitGroup
		wg.Go(do)
		wg.Wait()
	default:
		os.Exit(4)
	}
}

func alone(at int) {
	switch line[at] {
	case 'p':
		say("p%d\n", at)
	case '!', '~', 'e', 'i', 'n':
		panic(value(at))
	case 'x':
		var c chan int
		close(c)
	case 'g':
		runtime.Goexit()
	case 'u':
		var m sync.Mutex
		m.Unlock()
	case 'N':
		var f func()
		go f()
	case 'D':
		var c chan int
		<-c
	default:
		os.Exit(4)
	}
}

// exec is also what is deferred, so that it may recover.  It returns 7 unless
// a panic of its own was recovered.
func exec(at int) int {
	for line[at] != '}' {
		block := line[at+1] == '{'
		switch {
		case line[at] == 'd':
			defer exec(at + 2)
		case line[at] == 'r' || line[at] == 'R':
			v := recover()
			if v == nil {
				say("r%d nil\n", at)
				break
			}
			say("r%d %s\n", at, text(v))
			if line[at] == 'R' {
				panic(v)
			}
		case block:
			withBlock(at, at+2)
		default:
			alone(at)
		}
		if block {
			at = match[at+1]
		}
		at++
	}
	return 7
}

func load(program string) {
	var open []int
	line, match, count = program+"}", map[int]int{}, 0
	for i, c := range line {
		if c == '{' {
			open = append(open, i)
		} else if c == '}' && len(open) > 0 {
			match[open[len(open)-1]] = i
			open = open[:len(open)-1]
		}
	}
	once = [2]*sync.Once{{}, {}}
	lazy = [2]func() int{}
}

func main() {
	file, err := os.ReadFile(os.Args[1])
	from, _ := strconv.Atoi(os.Args[2])
	if err != nil {
		os.Exit(5)
	}
	for i, program := range strings.Split(strings.TrimSpace(string(file)), "\n") {
		if i >= from {
			load(program)
			say("== %d\n", i)
			exec(0)
		}
	}
}
