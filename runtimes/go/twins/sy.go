package twins

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

var _ = twin("SY-017", func() {
	c := make(chan int)
	go func() { <-c }()
	go func() {
		settle(2)
		raiseSignal(syscall.SIGQUIT)
		time.Sleep(10 * time.Second)
	}()
	select {}
})

func raiseSignal(sig syscall.Signal) {
	err := syscall.Kill(os.Getpid(), sig)
	require(err == nil, "kill: %v", err)
}

const killedMark = "ASSAY_SY_KILLED_BY"

// checkKilled runs the body in a process of its own, which the signal that
// it gets must end.
func checkKilled(body func(syscall.Signal)) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		if text := os.Getenv(killedMark); text != "" {
			if text == sig.String() {
				body(sig)
				time.Sleep(10 * time.Second)
			}
			continue
		}
		cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
		cmd.Env = append(os.Environ(), killedMark+"="+sig.String(),
			"ASSAY_RESULT_FD=1")
		err := cmd.Run()
		exit, ok := err.(*exec.ExitError)
		if !check(ok, "%v: %v", sig, err) {
			continue
		}
		status := exit.Sys().(syscall.WaitStatus)
		check(status.Signaled() && status.Signal() == sig,
			"%v: wait status %#x", sig, int(status))
	}
}

var _ = twin("SY-018/default", func() { checkKilled(raiseSignal) })

var _ = twin("SY-018/default_again", func() {
	checkKilled(func(sig syscall.Signal) {
		c := make(chan os.Signal, 1)
		signal.Notify(c, sig)
		raiseSignal(sig)
		checkEq("signal", <-c, os.Signal(sig))
		signal.Stop(c)
		raiseSignal(sig)
	})
})
