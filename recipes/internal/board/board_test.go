package board_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/recipes/internal/board"
)

var (
	errOver  = errors.New("over")
	errNever = errors.New("never")
)

func post(b *board.Board[int], n int) { b.Post(func(int) int { return n }) }

// Who is slow gets the newest, once, and then the end.
func TestFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := board.New(0)
		var got []int
		var end error
		go func() {
			for n, err := range b.Follow(t.Context(), func(told, now int) bool { return told != now }) {
				if end = err; err == nil {
					got = append(got, n)
					time.Sleep(time.Second)
				}
			}
		}()
		for _, n := range []int{1, 2, 2} {
			synctest.Wait()
			post(b, n)
		}
		time.Sleep(3 * time.Second)
		post(b, 2)
		post(b, 5)
		time.Sleep(2 * time.Second)
		b.Close(errOver)
		b.Close(errNever)
		post(b, 7)
		synctest.Wait()
		if want := []int{0, 2, 5}; !slices.Equal(got, want) {
			t.Errorf("heard %v, want %v", got, want)
		}
		if now, _, over := b.Look(); now != 5 || !errors.Is(over, errOver) || !errors.Is(end, errOver) {
			t.Errorf("at the end %d, %v, %v", now, over, end)
		}
	})
}

// Leaving the loop ends it, and so does the context.
func TestFollowEnds(t *testing.T) {
	b := board.New(1)
	for range b.Follow(t.Context(), func(_, _ int) bool { return true }) {
		break
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errOver)
	for _, err := range b.Follow(ctx, nil) {
		if !errors.Is(err, errOver) {
			t.Errorf("got %v", err)
		}
	}
}

func TestAwait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := board.New(0)
		go func() {
			time.Sleep(time.Second)
			post(b, 3)
			time.Sleep(time.Second)
			b.Close(errOver)
		}()
		if n, err := b.Await(t.Context(), func(n int) (bool, error) { return n > 2, nil }); n != 3 || err != nil {
			t.Errorf("got %d, %v", n, err)
		}
		if _, err := b.Await(t.Context(), func(int) (bool, error) { return false, errNever }); !errors.Is(err, errNever) {
			t.Errorf("in vain: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := b.Await(ctx, func(int) (bool, error) { return false, nil }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("too long: %v", err)
		}
		if _, err := b.Await(t.Context(), func(int) (bool, error) { return false, nil }); !errors.Is(err, errOver) {
			t.Errorf("closed: %v", err)
		}
		if n, err := b.Await(t.Context(), func(n int) (bool, error) { return n == 3, nil }); n != 3 || err != nil {
			t.Errorf("what is still shown: %d, %v", n, err)
		}
	})
}
