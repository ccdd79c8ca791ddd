package main

import "github.com/zookit-go/zookit/testing/server"

// release is a release of Apache's server, as a flag.
type release struct{ server.Version }

// UnmarshalText reads the flag's value.
func (r *release) UnmarshalText(text []byte) error {
	v, err := server.ParseVersion(string(text))
	r.Version = v
	return err
}
