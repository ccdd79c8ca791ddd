package lock

import (
	"errors"
	"slices"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/internal/contend"
)

// Option configures a lock.
type Option func(*settings) error

// settings is what options say.
type settings struct {
	data     []byte
	names    Names
	patterns []string

	revocable bool
}

// WithData is what each contender's znode holds, such as the owner's name. It is empty unless set; Curator's readers accept
// anything.
func WithData(data []byte) Option {
	data = slices.Clone(data)
	return func(s *settings) error {
		s.data = data
		return nil
	}
}

func settle(opts []Option) (settings, error) {
	s := settings{data: []byte{}}
	for _, opt := range opts {
		if err := opt(&s); err != nil {
			return s, err
		}
	}
	return s, nil
}

// queue is where a mutex with these settings queues up.
func (s *settings) queue(c *client.Client, path string) contend.Queue {
	return s.names.name(contend.Queue{Client: c, Parent: path, Name: "lock-", Data: s.data, Revocable: s.revocable}, s.patterns)
}

// refuseKazoo is for the recipes whose layout in kazoo is another than in Curator.
func (s *settings) refuseKazoo() error {
	if s.names == Kazoo || s.patterns != nil {
		return errors.New("kazoo's has another layout")
	}
	return nil
}
