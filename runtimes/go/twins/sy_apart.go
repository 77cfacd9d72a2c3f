package twins

// Signals that end a process: bodies in processes of their own.

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

const apartMark = "ASSAY_SY_APART"

// startApart runs the body, which has this name within its case, in a process
// of its own; it may set up the command first.
func startApart(name string, body func(), setUp func(*exec.Cmd)) syscall.WaitStatus {
	if part := os.Getenv(apartMark); part == name {
		body()
		os.Exit(int(failed))
	} else if part != "" {
		return 0
	}
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Env = append(os.Environ(), apartMark+"="+name)
	cmd.ExtraFiles = []*os.File{os.NewFile(uintptr(resultFd), "result")}
	if setUp != nil {
		setUp(cmd)
	}
	cmd.Env = append(cmd.Env, "ASSAY_RESULT_FD=3")
	err := cmd.Run()
	require(cmd.ProcessState != nil, "%v", err)
	return cmd.ProcessState.Sys().(syscall.WaitStatus)
}

func killedBy(s syscall.WaitStatus, sig syscall.Signal) bool {
	return s.Signaled() && s.Signal() == sig
}

// comes receives one within 10 s.
func comes(c chan os.Signal, sig syscall.Signal) bool {
	select {
	case got := <-c:
		return got == os.Signal(sig)
	case <-time.After(10 * time.Second):
		return false
	}
}

var _ = twin("SY-019", func() {
	killed := 0
	for i := 0; i < 20; i++ {
		s := startApart("stops", func() {
			for i := 0; i < 50; i++ {
				c := make(chan os.Signal, 1)
				sent := make(chan struct{})
				signal.Notify(c, syscall.SIGINT)
				go func() {
					for k := rndBelow(1 << uint(rndBelow(15))); k > 0; k-- {
					}
					raiseSignal(syscall.SIGINT)
					close(sent)
				}()
				for k := rndBelow(1 << uint(rndBelow(15))); k > 0; k-- {
				}
				signal.Stop(c)
				<-sent
				if len(c) == 0 {
					time.Sleep(time.Second)
					require(false, "a signal came nowhere")
				}
			}
		}, nil)
		if s != 0 {
			check(killedBy(s, syscall.SIGINT), "wait status %#x", int(s))
			killed++
		}
	}
	note("%d of 20 met the default action", killed)
})

var _ = twin("SY-021/killed", func() {
	s := startApart("reset", func() {
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGTERM)
		raiseSignal(syscall.SIGTERM)
		check(comes(c, syscall.SIGTERM), "SIGTERM did not come")
		signal.Reset(syscall.SIGTERM)
		raiseSignal(syscall.SIGTERM)
		time.Sleep(10 * time.Second)
	}, nil)
	check(killedBy(s, syscall.SIGTERM), "wait status %#x", int(s))
})

var _ = twin("SY-022", func() {
	s := startApart("nohup", func() {
		raiseSignal(syscall.SIGHUP)
		time.Sleep(5 * time.Millisecond)
		c := make(chan os.Signal, 4)
		signal.Notify(c, syscall.SIGHUP)
		raiseSignal(syscall.SIGHUP)
		check(comes(c, syscall.SIGHUP), "SIGHUP did not come")
		checkEq("more of them", len(c), 0)
		signal.Stop(c)
		raiseSignal(syscall.SIGHUP)
		time.Sleep(5 * time.Millisecond)
	}, func(*exec.Cmd) { signal.Ignore(syscall.SIGHUP) })
	checkEq("wait status", int(s), 0)
})

// writeToNobody writes twice to a descriptor whose reader is gone.
func writeToNobody(name string, asks bool, fd uintptr) syscall.WaitStatus {
	return startApart(name, func() {
		if asks {
			signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
		}
		f := os.NewFile(fd, name)
		for i := 0; i < 2; i++ {
			_, err := f.Write([]byte("x"))
			e, ok := err.(*os.PathError)
			check(ok && e.Err == syscall.EPIPE, "%s: %v", name, err)
		}
	}, func(cmd *exec.Cmd) {
		r, w, err := os.Pipe()
		require(err == nil, "pipe: %v", err)
		r.Close()
		switch fd {
		case 1:
			cmd.Stdout = w
		case 2:
			cmd.Stderr = w
		default:
			cmd.ExtraFiles = append(cmd.ExtraFiles, w)
		}
	})
}

var _ = twin("SY-026", func() {
	// All of them first: each process has its part on the way.
	ends := []syscall.WaitStatus{
		writeToNobody("1", false, 1),
		writeToNobody("2", false, 2),
		writeToNobody("4", false, 4),
		writeToNobody("1, asked", true, 1),
		writeToNobody("2, asked", true, 2),
		writeToNobody("4, asked", true, 4),
	}
	for i, s := range ends {
		if i < 2 {
			check(killedBy(s, syscall.SIGPIPE), "%d: status %#x", i, int(s))
		} else {
			checkEq("wait status", int(s), 0)
		}
	}
})
