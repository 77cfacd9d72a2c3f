package twins

// Locks that end the process: misuse, and locking twice.

import (
	"sync"
	"sync/atomic"
)

var _ = twin("MU-004/fresh", func() {
	var m sync.Mutex
	m.Unlock()
	say("went on\n")
})

var _ = twin("MU-004/twice", func() {
	var m sync.Mutex
	m.Lock()
	m.Unlock()
	m.Unlock()
	say("went on\n")
})

var _ = twin("MU-004/caught", func() {
	func() {
		defer func() { recover() }()
		var m sync.Mutex
		m.Unlock()
	}()
	say("went on\n")
})

var _ = twin("MU-006", func() {
	var m sync.Mutex
	m.Lock()
	m.Lock()
})

var _ = twin("MU-015", func() {
	var m sync.RWMutex
	m.RLock()
	go func() {
		m.Lock()
		say("wrote\n")
	}()
	settle(1)
	m.RLock()
	say("read twice\n")
})

// misused does that to a fresh RWMutex, of which the last must be fatal.
func misused(steps ...func(*sync.RWMutex)) func() {
	return func() {
		var m sync.RWMutex
		for _, step := range steps {
			step(&m)
		}
		say("went on\n")
	}
}

var _ = twin("MU-017/fresh", misused((*sync.RWMutex).Unlock))

var _ = twin("MU-017/reading", misused((*sync.RWMutex).RLock,
	(*sync.RWMutex).Unlock))

var _ = twin("MU-017/twice", misused((*sync.RWMutex).Lock,
	(*sync.RWMutex).Unlock, (*sync.RWMutex).Unlock))

var _ = twin("MU-018/fresh", misused((*sync.RWMutex).RUnlock))

var _ = twin("MU-018/writing", misused((*sync.RWMutex).Lock,
	(*sync.RWMutex).RUnlock))

var _ = twin("MU-018/twice", misused((*sync.RWMutex).RLock,
	(*sync.RWMutex).RUnlock, (*sync.RWMutex).RUnlock))

// waiterComesFirst: the waiter has lost once and starves, so it is given the
// mutex itself, and on one P it runs before who unlocked it goes on.
func waiterComesFirst() bool {
	var m sync.Mutex
	var first int32
	done := make(chan struct{})
	m.Lock()
	go func() {
		m.Lock()
		atomic.CompareAndSwapInt32(&first, 0, 1)
		m.Unlock()
		close(done)
	}()
	settle(1)
	sleepMs(2)
	m.Unlock()
	m.Lock()
	settle(1)
	m.Unlock()
	atomic.CompareAndSwapInt32(&first, 0, 2)
	<-done
	return first == 1
}

var _ = twin("MU-010", func() {
	const n = 50
	waiter := 0
	for i := 0; i < n; i++ {
		if waiterComesFirst() {
			waiter++
		}
	}
	note("the waiter came first %d times of %d", waiter, n)
	check(waiter >= n*8/10, "the waiter came first %d times", waiter)
})
