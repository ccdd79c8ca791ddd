package session

import (
	"context"
	"io"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// A server that said nothing is tried last, as long as it says nothing, and is forgotten with the list.
func TestSuspectsComeLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(t.Context(), nil)
		if err := p.Init([]string{"s0:1", "s1:1", "s2:1"}); err != nil {
			t.Fatal(err)
		}
		list := named(0, 3)
		p.dials(t, 3)
		for _, tt := range []struct {
			err  error
			want []string
		}{
			{nil, []string{"s0:1", "s1:1", "s2:1"}},
			{os.ErrDeadlineExceeded, []string{"s1:1", "s2:1", "s0:1"}},
			{context.DeadlineExceeded, []string{"s1:1", "s2:1", "s0:1"}},
			{errSilent, []string{"s1:1", "s2:1", "s0:1"}},
			{io.EOF, []string{"s1:1", "s2:1", "s0:1"}}, // its turn: the one after the last
		} {
			if tt.err != nil {
				p.failed(list[0], tt.err, true)
			}
			if got := p.dials(t, 3); !slices.Equal(got, tt.want) {
				t.Errorf("after %v: %v, want %v", tt.err, got, tt.want)
			}
		}
		p.failed(list[1], errSilent, false)
		if _, err := p.update(named(1, 3), func() float64 { return 0 }); err != nil {
			t.Fatal(err)
		}
		if got := p.dials(t, 2); got[1] != "s1:1" {
			t.Errorf("of a new list, it is not tried last: %v", got)
		}
		if _, err := p.update(named(2, 4), func() float64 { return 0 }); err != nil {
			t.Fatal(err)
		}
		if p.dials(t, 2); p.suspected(list[1]) {
			t.Error("a server that is on the list no more is remembered")
		}
	})
}

// How long an attempt may take.
func TestBound(t *testing.T) {
	const patience = 8 * time.Second
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(t.Context(), nil)
		if err := p.Init([]string{"s0:1"}); err != nil {
			t.Fatal(err)
		}
		a, b := named(0, 1)[0], named(1, 2)[0]
		check := func(s Server, want time.Duration) {
			t.Helper()
			if got := p.bound(s, patience); got != want {
				t.Errorf("%s: %v, want %v", s.Addr, got, want)
			}
		}
		check(a, patience) // the only one
		if _, err := p.update([]Server{a, b}, func() float64 { return 0 }); err != nil {
			t.Fatal(err)
		}
		check(a, patience/hastyAtFirst)
		p.Next()
		if _, err := p.wait(patience); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
		p.served(a)
		for i, want := range []time.Duration{1, 2, 4, 8, 8} {
			check(a, want*time.Second)
			check(b, time.Second)
			p.failed(a, context.DeadlineExceeded, true)
			if i == 4 {
				p.failed(a, io.EOF, true) // it speaks
			}
		}
		check(a, time.Second)
		p.failed(a, errSilent, false)
		check(a, time.Second)

		p.best = 500 * time.Millisecond
		check(a, 2*time.Second)
		p.tried = time.Now()
		time.Sleep(time.Second)
		p.served(b)
		check(a, 2*time.Second)
		p.tried = time.Now()
		time.Sleep(300 * time.Millisecond)
		p.served(b)
		check(b, 1200*time.Millisecond)
		p.best = time.Minute
		check(b, patience)
	})
}
