package fault

import (
	"net"
	"os"
	"syscall"
)

// opError makes the error that package net would return, so that callers of a real connection see the same types.
func opError(op string, source, addr net.Addr, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Source: source, Addr: addr, Err: err}
}

func sysError(call string, err syscall.Errno) error { return os.NewSyscallError(call, err) }
