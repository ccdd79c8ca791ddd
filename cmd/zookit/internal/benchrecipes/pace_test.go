package benchrecipes

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/internal/interop/foreign"
)

// What a row leaves is the later ones', and what it takes too much they lack.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace{end: time.Now().Add(100 * time.Second), left: 10}
		for _, row := range []struct {
			weight     int
			want, took time.Duration
		}{
			{5, 50 * time.Second, 20 * time.Second},
			{1, 16 * time.Second, 16 * time.Second},
			{2, 32 * time.Second, 40 * time.Second},
			{1, 12 * time.Second, time.Minute},
			{1, 0, 0},
		} {
			if got := p.next(row.weight); got != row.want {
				t.Errorf("%v for a row of weight %d, want %v", got, row.weight, row.want)
			}
			time.Sleep(row.took)
		}
	})
}

// Where there is little time there are fewer rounds, and the row is there.
func TestLittleTime(t *testing.T) {
	foreign.ZooKeeper(t)
	var text strings.Builder
	b := &bench{Cmd: Cmd{Rounds: 1000, Duration: 20 * time.Millisecond, Peers: "off"}, w: &text, only: regexp.MustCompile("^mutex, 1 ")}
	defer b.dismiss()
	if err := b.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.Most = 2 * time.Second
	b.measure(t.Context(), time.Now())
	out := text.String()
	counted(t, "\n"+out, "mutex, 1 contender", "ours", 3, 0, 2)
	if !regexp.MustCompile(`\d+ of 1000 rounds`).MatchString(out) || len(b.failed) > 0 {
		t.Errorf("%v and\n%s", b.failed, out)
	}
}

// Rows for which there is no time are named, and are a failure.
func TestNoTime(t *testing.T) {
	var text strings.Builder
	b := &bench{Cmd: Cmd{Rounds: 1, Duration: time.Second, Most: time.Second}, w: &text, only: regexp.MustCompile("")}
	ctx, cancel := context.WithDeadlineCause(t.Context(), time.Now(), errMost)
	defer cancel()
	b.measure(ctx, time.Now())
	for _, r := range rows {
		if !strings.Contains(text.String(), r.name) {
			t.Errorf("nothing of %q", r.name)
		}
	}
	if len(b.failed) != len(rows) || !errors.Is(errors.Join(b.failed...), errMost) {
		t.Errorf("failed: %v", b.failed)
	}
}

// One that failed is left out of its row, and the others are compared all the same.
func TestLeftOut(t *testing.T) {
	var text strings.Builder
	b := &bench{Cmd: Cmd{Rounds: 1}, w: &text}
	ours := &result{side: "ours", rates: []float64{200}, requests: 2, trips: 2}
	curator := &result{side: "Curator", rates: []float64{100}, requests: 4, trips: 4, stuck: 2}
	kazoo := &result{side: "kazoo", failed: errHangs}
	r := row{name: "some lock", aims: []aim{faster(2), likeCurator}}
	b.print(r, []*result{ours, curator, kazoo}, 1)
	for _, want := range []string{"2 waits given up", "2.00 (2.00 to 2.00)", "kazoo     left out: does not answer", "times Curator's rate: met"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, &text)
		}
	}
	if len(b.failed)+len(b.missed) > 0 {
		t.Errorf("failed: %v; missed: %v", b.failed, b.missed)
	}
	text.Reset()
	curator.failed = errHangs
	b.print(r, []*result{ours, curator}, 1)
	if out := text.String(); strings.Contains(out, "aim") || len(b.failed) > 0 {
		t.Errorf("judged without Curator: %v,\n%s", b.failed, out)
	}
	ours.failed = errIdle
	b.print(r, []*result{ours, curator}, 1)
	if !errors.Is(errors.Join(b.failed...), errIdle) {
		t.Errorf("ours did nothing: %v", b.failed)
	}
}
