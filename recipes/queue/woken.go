package queue

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// After a put has fired the watch the queue is looked at without another one, which the taking of that item would fire for nothing; the listing after
// that, which is likely to find nothing, leaves it. And as that one tells the number of the next item, the next item's name is known before it is
// there, as long as the names of a kind differ in the number alone: with the listing goes a read of that item, and the claim for its lock.

// guess is the name that the next item is likely to have; "" if that is anybody's guess.
func (f *feed) guess(folder *zk.Stat) string {
	if f.e.kind.next == nil {
		return ""
	}
	prefix := f.e.kind.next(f.last)
	// A server tells how many children came or went; what it numbers them by is how many came.
	number := (int64(folder.Cversion) + int64(folder.NumChildren)) / 2
	if prefix == "" || number < 0 {
		return ""
	}
	return fmt.Sprintf("%s%0*d", prefix, digits, number)
}

func (f *feed) remember(names []string) {
	if len(names) > 0 {
		f.last = names[len(names)-1]
	}
}

// spare tells whether to look without a watch, now that the watch has fired.
func (f *feed) spare() bool { return !f.vain && !f.contested && f.e.kind.due == nil }

// woken looks what a put has brought. If an item was foreseen, with a lock path, it returns a claim for that, unless there is one before
// it; the caller sees it through, and it is not in names. It never fails: what it did not see the next listing sees.
func (f *feed) woken(ctx context.Context) *claim {
	f.anew()
	guess := f.next
	if !f.lone {
		guess = ""
	}
	var c *claim
	if guess != "" && f.e.lockPath != "" {
		f.own([]string{guess})
		c = f.e.newClaim([]string{guess})
		c.send(ctx)
	}
	names, got, err := f.e.look(ctx, guess)
	if c != nil && err == nil && c.early(ctx) {
		f.drop(guess, false)
		c = nil
	}
	names = f.e.kind.sort(names)
	f.remember(names)
	f.names = f.others(slices.Clone(names))
	f.vain = len(names) == 0
	f.lone = len(names) == 1 && names[0] == f.next
	at := slices.Index(names, guess)
	if c == nil {
		if at >= 0 {
			f.keep([]string{guess}, got)
		}
		return nil
	}
	if len(f.names) > 0 && slices.Index(names, f.names[0]) < at {
		f.e.background(func(ctx context.Context) { c.undo(ctx, []int{0}) })
		return nil
	}
	c.take([]string{guess}, got)
	return c
}

// look lists the queue without a watch and reads one item, if there is a guess. It ends with the queue, too.
func (e *engine) look(ctx context.Context, guess string) (names []string, got []client.ReadResult, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(e.life, func() { cancel(ErrClosed) })()
	reads := []client.Read{e.c.Children(e.path)}
	if guess != "" {
		reads = append(reads, e.c.Get(e.item(guess)))
	}
	results, err := e.reads(ctx, reads)
	if err != nil {
		return nil, nil, err
	}
	return results[0].Names, results[1:], results[0].Err
}

// reads does reads in one flight: one request, or one for each if there is one alone, or the server knows no other way.
func (e *engine) reads(ctx context.Context, reads []client.Read) ([]client.ReadResult, error) {
	e.mu.Lock()
	singly := e.singly
	e.mu.Unlock()
	if singly || len(reads) == 1 {
		return simpleReadEach(ctx, reads)
	}
	results, err := e.c.MultiRead(reads...).Async(ctx).Wait(ctx)
	if errors.Is(err, client.ErrUnsupported) {
		e.mu.Lock()
		e.singly = true
		e.mu.Unlock()
		return simpleReadEach(ctx, reads)
	}
	return results, err
}
