//go:build !unix

package benchfailover

import "errors"

var errNoSignals = errors.New("this system cannot stop a process and let it go on")

func (p *peer) hang() error   { return errNoSignals }
func (p *peer) resume() error { return errNoSignals }
