//go:build unix

package benchfailover

import "syscall"

// hang stops the process without ending it: its connections stay, and nothing comes from them.
func (p *peer) hang() error { return p.cmd.Process.Signal(syscall.SIGSTOP) }

// resume lets it run on.
func (p *peer) resume() error { return p.cmd.Process.Signal(syscall.SIGCONT) }
