package barrier

import (
	"regexp"
	"testing"
)

// Names are UUIDs for Curator, and known as ours here; those that Curator and kazoo make are foreign.
func TestNames(t *testing.T) {
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}-0000000007$`)
	seen := map[string]bool{}
	for range 100 {
		name := newName() + "-0000000007"
		if !uuid.MatchString(name) || foreign(name) || seen[name] {
			t.Errorf("name %q, foreign %v", name, foreign(name))
		}
		seen[name] = true
	}
	for _, name := range []string{
		"0a0dc8ed-b78b-405c-b366-a82880292079", // Curator
		"0a0dc8ed-b78b-805c-b366-a82880292079", // with our version, but without a number
		"0a0dc8edb78b805cb366a82880292079",     // kazoo
		"8", "",
	} {
		if !foreign(name) {
			t.Errorf("%q counts as ours", name)
		}
	}
}
