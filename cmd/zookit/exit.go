package main

// The exit statuses, as Apache's server has them.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
	exitData   = 3
	exitAdmin  = 4
	exitDisk   = 10

	exitSignal = 128 // and the signal's number, as shells have it
)

// statusError is an error that ends the program with a status of its own.
type statusError struct {
	code int
	err  error
}

func (e *statusError) Error() string { return e.err.Error() }

func (e *statusError) Unwrap() error { return e.err }

// withStatus gives an error its status. No error stays none.
func withStatus(code int, err error) error {
	if err == nil {
		return nil
	}
	return &statusError{code: code, err: err}
}
