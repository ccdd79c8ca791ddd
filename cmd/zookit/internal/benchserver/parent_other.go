//go:build !linux

package benchserver

import "os/exec"

// dieWithParent does nothing where the kernel cannot: a server whose bench was killed stays behind.
func dieWithParent(*exec.Cmd) {}
