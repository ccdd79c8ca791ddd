package apache

import (
	"os/exec"
	"syscall"
)

// DieWithParent has the kernel end a server whose bench was killed: nobody else would.
func DieWithParent(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
