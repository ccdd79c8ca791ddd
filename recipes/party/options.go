package party

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"time"
)

// PartitionerOption configures a Partitioner.
type PartitionerOption interface{ partitioner(p *Partitioner) error }

type partitionerOption func(p *Partitioner) error

func (o partitionerOption) partitioner(p *Partitioner) error { return o(p) }

// partitioner is WithID's: unless it is set, a member is called after its host and process, and eight random digits.
func (id ID) partitioner(p *Partitioner) error {
	p.id = string(id)
	return nil
}

func defaultID() string {
	host, err := os.Hostname()
	if err != nil || strings.Contains(host, "/") {
		host = "host"
	}
	var u [4]byte
	_, _ = rand.Read(u[:]) // never fails
	return fmt.Sprintf("%s-%d-%s", host, os.Getpid(), hex.EncodeToString(u[:]))
}

// WithTimeBoundary is how long the members must have been the same before the items are divided; it is 30 s unless set, as kazoo's, and 0 is
// allowed. It saves work when many come or go one after the other, and costs time at each change. Members need not agree on it.
func WithTimeBoundary(d time.Duration) PartitionerOption {
	return partitionerOption(func(p *Partitioner) error {
		if d < 0 {
			return fmt.Errorf("%w: a time boundary of %v", errOption, d)
		}
		p.boundary = d
		return nil
	})
}

// WithMaxReaction is how long a member may take to give its share back when the share has ended. One that takes longer is out: the
// Partitioner fails with ErrSlow and gives the items up although they may still be worked on, so that one who hangs does not keep the others waiting;
// from then on only the items' tokens protect what is written. 0, the default, is for ever.
//
// kazoo's max_reaction_time is something else: how often one who waits for an item looks whether the members have changed. Here that is noticed at once.
func WithMaxReaction(d time.Duration) PartitionerOption {
	return partitionerOption(func(p *Partitioner) error {
		if d < 0 {
			return fmt.Errorf("%w: a reaction of %v", errOption, d)
		}
		p.reaction = d
		return nil
	})
}

// WithWeight makes the member's part of the items so many times as large as that of a member of weight 1, which is the default. weight
// is from 1 to 1048576.
//
// The weight is told in the member's id, which becomes <id>;weight=<weight>: one listing tells all members and all weights, and a member in
// Python takes part if it is called so and has a partition_func that does as Weighted. kazoo's own function knows no weights, so it must not be used in
// such a set: no item would have two owners, but some might have none.
func WithWeight(weight int) PartitionerOption {
	return partitionerOption(func(p *Partitioner) error {
		if weight < 1 || weight > maxWeight {
			return fmt.Errorf("%w: a weight of %d", errOption, weight)
		}
		p.weight = weight
		return nil
	})
}

// WithPartition sets the function that divides the items. It is Weighted unless set, which is kazoo's RoundRobin as long as no id says a
// weight. All members must use the same.
func WithPartition(f Partition) PartitionerOption {
	return partitionerOption(func(p *Partitioner) error {
		if f == nil {
			return fmt.Errorf("%w: no function", errOption)
		}
		p.divide = f
		return nil
	})
}

// WithRejoin makes a Partitioner whose session is lost join again in the next one, instead of failing.
func WithRejoin() PartitionerOption {
	return partitionerOption(func(p *Partitioner) error {
		p.comesBack = true
		return nil
	})
}
