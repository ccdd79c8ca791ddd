// Package secret keeps passwords and keys out of what is printed.
package secret

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
)

// Value is bytes that no verb of fmt, no slog handler and no encoder shows. It holds them in a closure, because fmt calls no method on
// what it finds in another struct's unexported field: there it would print a string or a slice as it is.
type Value struct{ reveal func() []byte }

// redacted is what is shown instead.
const redacted = "[secret]"

// New keeps a copy of b.
func New(b []byte) Value {
	b = slices.Clone(b)
	return Value{func() []byte { return b }}
}

// Reveal returns the bytes, which must not be changed; nil for the zero Value.
func (v Value) Reveal() []byte {
	if v.reveal == nil {
		return nil
	}
	return v.reveal()
}

// String implements fmt.Stringer.
func (Value) String() string { return redacted }

// GoString implements fmt.GoStringer.
func (Value) GoString() string { return redacted }

// Format implements fmt.Formatter, for every verb.
func (Value) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue implements slog.LogValuer.
func (Value) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements encoding.TextMarshaler, and so for JSON, too.
func (Value) MarshalText() ([]byte, error) { return []byte(redacted), nil }
