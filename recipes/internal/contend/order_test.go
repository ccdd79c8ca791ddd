package contend

import (
	"slices"
	"testing"
)

// The order is Curator's: what follows the last "lock-", as text; a name without it by itself.
func TestOrder(t *testing.T) {
	got := []string{
		"_c_ffffffff-b78b-405c-b366-a82880292079-lock-0000000003",
		"readme",
		"lock-0000000001",
		"0123456789abcdef0123456789abcdef__lock__0000000000",
		"_c_0123456789abcdef0123456789abcdef-lock-0000000002", // go-zookeeper's prefix
		"_c_00000000-lock-5c-b366-a82880292079-lock-0000000000",
		"x-lock-lock-0000000001",
	}
	want := []string{
		"_c_00000000-lock-5c-b366-a82880292079-lock-0000000000",
		"lock-0000000001",
		"x-lock-lock-0000000001", // an equal key: the server's order stays
		"_c_0123456789abcdef0123456789abcdef-lock-0000000002",
		"_c_ffffffff-b78b-405c-b366-a82880292079-lock-0000000003",
		"0123456789abcdef0123456789abcdef__lock__0000000000",
		"readme",
	}
	order(got, func(child string) string { return key(child, "lock-") })
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
