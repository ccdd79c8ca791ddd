package counter

import "errors"

var (
	// ErrUnknown means that the answer to a change was lost and the znode does not tell whether it took effect. errors.Is finds
	// the connection's error, or the refusal of a later attempt, beneath.
	ErrUnknown = errors.New("counter: whether the change was made is unknown")

	// ErrVersions means that the znode has been changed so often (4,294,967,295 times) that its version is -1, which stands for any: no
	// change can be tied to it. Set, which asks for no version, gets it past that one.
	ErrVersions = errors.New("counter: the znode's version is -1")

	// ErrReplaced means that the znode was deleted and made anew since it was last read, and had come to the same version again, so that the
	// change was made from the old one's value and has overwritten the new one's. To start a counter again use Set, not a delete.
	ErrReplaced = errors.New("counter: the znode was deleted and made anew; its value was overwritten")

	// ErrClosed is what a closed recipe answers.
	ErrClosed = errors.New("counter: closed")

	// ErrContended means that every attempt that WithAttempts allows met another process that was faster. Nothing was changed.
	ErrContended = errors.New("counter: others were faster")
)
