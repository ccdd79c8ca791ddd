package contend

import (
	"regexp"
	"slices"
	"testing"
)

// What ends in a pattern and a number, by kazoo's own rule: the regular expression that it makes of its patterns.
func TestNumberAfter(t *testing.T) {
	patterns := []string{"__lock__", "-lock-"}
	rule := regexp.MustCompile(`(?:__lock__|-lock-)(-?\d{10})$`)
	for name, want := range map[string]string{
		"0123456789abcdef0123456789abcdef__lock__0000000007":      "0000000007",
		"_c_0a0dc8ed-b78b-405c-b366-a82880292079-lock-0000000008": "0000000008",
		"__lock__0000000009": "0000000009",
		"0123456789abcdef0123456789abcdef__lock__-2147483648": "-2147483648", // after 2147483647
		"a-lock--0000000001": "-0000000001",
		"0123456789abcdef0123456789abcdef__rlock__0000000007": "",
		"lock-0000000001":              "",
		"a__lock__00000000010":         "",
		"a__lock__000000001":           "",
		"a__lock__000000001x":          "",
		"a__lock__+000000001":          "",
		"a__lock__0000000001-":         "",
		"readme":                       "",
		"":                             "",
		"0000000001":                   "",
		"-0000000001":                  "",
		"a__lock__-lock-0000000001":    "0000000001",
		"a__lock__0000000001-lock-002": "",
	} {
		got, ok := NumberAfter(name, patterns)
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", name, got, ok)
		}
		theirs := ""
		if match := rule.FindStringSubmatch(name); match != nil {
			theirs = match[1]
		}
		if theirs != want {
			t.Errorf("%q: kazoo's rule says %q", name, theirs)
		}
	}
}

// Names of all kinds, in one order by number; what is no contender blocks nobody with kazoo's names, and with Curator's it sorts by itself.
func TestNamesMix(t *testing.T) {
	names := []string{
		"_c_ffffffff-b78b-405c-b366-a82880292079-lock-0000000003",
		"ffffffffffffffffffffffffffffffff__lock__0000000001",
		"readme",
		"_c_0123456789abcdef0123456789abcdef-lock-0000000002",
		"00000000000000000000000000000000__lock__0000000004",
	}
	inOrder := []string{names[1], names[3], names[0], names[4]}

	got := slices.Clone(names)
	Queue{Name: "lock-"}.Honour("__lock__").Sort(got)
	if want := append(slices.Clone(inOrder), "readme"); !slices.Equal(got, want) {
		t.Errorf("Curator's names: %q", got)
	}

	q := Queue{}.Kazoo("__lock__", "__lock__", "-lock-")
	got = slices.Clone(names)
	q.Sort(got)
	got = slices.DeleteFunc(got, func(child string) bool { return !q.Blocks(child) })
	if !slices.Equal(got, inOrder) {
		t.Errorf("kazoo's names: %q", got)
	}

	q = Queue{}.Kazoo("__lock__", "__lock__")
	if q.Blocks(names[0]) || !q.Blocks(names[1]) {
		t.Error("without a pattern kazoo's names alone count")
	}
}

// Each znode is protected by an id of its own, in the form of the library whose name it has.
func TestPrefixes(t *testing.T) {
	for form, draw := range map[string]func() string{
		`^[0-9a-f]{32}$`:     Queue{}.Kazoo("__lock__").Prefix,
		`^_c_[0-9a-f]{32}-$`: Queue{}.GoZookeeper().Prefix,
	} {
		one, two := draw(), draw()
		if !regexp.MustCompile(form).MatchString(one) || one == two {
			t.Errorf("%q, then %q; want %s", one, two, form)
		}
	}
}
