package benchserver

import (
	"os/exec"
	"syscall"
)

// dieWithParent has the kernel end a server whose bench was killed: nobody else would.
func dieWithParent(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
