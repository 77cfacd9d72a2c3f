package twins

// Locks that end the process: misuse, and locking twice.

import "sync"

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
