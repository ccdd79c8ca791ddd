package era_test

import (
	"regexp"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/era"
)

var inOrder = []*era.Era{era.V34, era.V35, era.V36, era.V38, era.V39}

// What a version knows the next one knows, too, and the newest knows all.
func TestErasLearn(t *testing.T) {
	for op := range wire.Operations {
		if !era.V39.Knows(op) {
			t.Errorf("3.9 does not know %v", op)
		}
	}
	grown := 0
	for i, e := range inOrder[1:] {
		before := inOrder[i]
		for op := range wire.Operations {
			if before.Knows(op) && !e.Knows(op) {
				t.Errorf("%s has forgotten %v", e.Number, op)
			}
			if !before.Knows(op) && e.Knows(op) {
				grown++
			}
		}
		if before.KnowsWord("hash") && !e.KnowsWord("hash") || before.KnowsConf("dataDirSize") && !e.KnowsConf("dataDirSize") ||
			before.KnowsMetric("watch_bytes") && !e.KnowsMetric("watch_bytes") {
			t.Errorf("%s has forgotten a word", e.Number)
		}
	}
	if grown != 13 {
		t.Errorf("%d operations came after 3.4, want 13", grown)
	}
}

func TestFull(t *testing.T) {
	form := regexp.MustCompile(`^3\.\d\.\d+-zookit, built on (\d\d/\d\d/\d{4} \d\d:\d\d GMT|\d{4}-\d\d-\d\d \d\d:\d\d UTC)$`)
	for _, e := range inOrder {
		if !form.MatchString(e.Full()) {
			t.Errorf("%q", e.Full())
		}
	}
}
