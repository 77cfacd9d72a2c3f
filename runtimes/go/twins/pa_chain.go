package twins

// What is printed of panics that came upon each other.

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
)

func raise(value any) func() { return func() { panic(value) } }

func recoverIt() { recover() }

func recoverAndSay() { say(fmt.Sprintln(recover())) }

func recoverAndRaise(value any) func() {
	return func() {
		recover()
		panic(value)
	}
}

func raiseAgain() { panic(recover()) }

var _ = twin("PA-015", func() {
	defer raise("panic pt1")()
	defer raise("panic pt2")()
	panic("hello")
})

var _ = twin("PA-015/recovered", func() {
	defer recoverAndRaise("second")()
	panic("first")
})

var _ = twin("PA-015/middle", func() {
	defer recoverAndRaise("third")()
	defer raise("second")()
	panic("first")
})

var _ = twin("PA-015/within", func() {
	defer func() {
		defer recoverAndRaise("third")()
		panic("second")
	}()
	panic("first")
})

var _ = twin("PA-015/over", func() {
	defer raise("second")()
	defer recoverIt()
	panic("first")
})

var _ = twin("PA-015/wrapped", func() {
	func() {
		defer recoverAndSay()
		defer recoverAndRaise("wrap: bad")()
		panic("bad")
	}()
	panic("again")
})

var _ = twin("PA-015/both", func() {
	func() {
		defer recoverAndSay()
		defer raise("second panic")()
		defer recoverAndSay()
		panic("first panic")
	}()
	panic("third panic")
})

var _ = twin("PA-015/tried", func() {
	defer func() {
		func() {
			defer recoverIt()
			panic("tried")
		}()
		panic("second")
	}()
	panic("first")
})

var _ = twin("PA-016", func() {
	defer raiseAgain()
	panic("x")
})

var _ = twin("PA-016/twice", func() {
	defer recoverAndRaise("y")()
	defer raiseAgain()
	panic("x")
})

var _ = twin("PA-016/middle", func() {
	defer raise("outer")()
	defer raiseAgain()
	defer recoverAndRaise("middle")()
	panic("inner")
})

var _ = twin("PA-016/sandwich", func() {
	var outer any = "outer"
	defer recoverAndRaise(outer)()
	defer recoverAndRaise("inner")()
	panic(outer)
})

var _ = twin("PA-016/alike", func() {
	defer recoverAndRaise(strings.Repeat("x", 1))()
	panic("x")
})

const forged = "a\ngoroutine 1 [running]:\nmain.main()"

var _ = twin("PA-018", func() { panic(forged) })

var _ = twin("PA-018/error", func() { panic(errors.New(forged)) })

var _ = twin("PA-018/again", func() {
	defer raiseAgain()
	panic(forged)
})

var _ = twin("PA-018/chain", func() {
	defer raise("d\n")()
	defer recoverAndRaise("b\nc")()
	panic(forged)
})

var _ = twin("PA-019", func() {
	message := errors.New("message")
	defer raise(message)()
	panic(message)
})

func replaceAndRecover() {
	defer recoverIt()
	defer recoverAndRaise("second")()
	panic("first")
}

var _ = twin("PA-022/report", func() {
	replaceAndRecover()
	func() {
		defer recoverIt()
		defer replaceAndRecover()
		panic("outer")
	}()
	panic("last")
})

// asked is an error whose text is made when somebody asks.
type asked func() string

func (a asked) Error() string { return a() }

func textPanics(value any) asked {
	return func() string { panic(value) }
}

var _ = twin("PA-017", func() { panic(textPanics("important")) })
var _ = twin("PA-017/integer", func() { panic(textPanics(42)) })

var _ = twin("PA-017/error", func() {
	panic(textPanics(errors.New("unseen")))
})

var _ = twin("PA-017/twice", func() {
	panic(textPanics(textPanics("unseen")))
})

var _ = twin("PA-017/chain", func() {
	defer raise("unseen")()
	panic(textPanics("important"))
})

var _ = twin("PA-017/goexit", func() {
	panic(asked(func() string {
		runtime.Goexit()
		return ""
	}))
})

var _ = twin("PA-017/tries", func() {
	panic(asked(func() string {
		func() {
			defer recoverIt()
			panic("inside")
		}()
		return "as it should"
	}))
})

var _ = twin("PA-018/fatal", func() { panic(textPanics(forged)) })

var _ = twin("PA-011/text", func() {
	go yieldForever()
	panic(asked(func() string {
		yieldTen()
		sleepMs(1)
		say("asked\n")
		return "boom"
	}))
})
