//go:build !linux

package apache

import "os/exec"

// DieWithParent does nothing where the kernel cannot: a server whose bench was killed stays behind.
func DieWithParent(*exec.Cmd) {}
