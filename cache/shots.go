package cache

import (
	"github.com/zookit-go/zookit/client"
)

type shots struct{ e *engine }

func newShots(e *engine) *shots { return &shots{e: e} }

func (s *shots) take(d client.Delivery) (bool, error) { return false, nil }
func (s *shots) stop()                                {}
func (s *shots) listed(r read, a answer)              {}
func (s *shots) send(f *flight)                       {}
