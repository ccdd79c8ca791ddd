package differ

import (
	"errors"
	"slices"
)

// Shorten leaves out of steps that show a difference whatever it can, and returns the rest with the difference that it shows. rapid
// does much of it, and this the rest: it knows what a step is.
func (p *Pair) Shorten(steps []Step) ([]Step, error) {
	last := p.Check(steps)
	try := func(fewer []Step) bool {
		err := p.Check(fewer)
		if !errors.Is(err, ErrDiffer) {
			return false
		}
		steps, last = fewer, err
		return true
	}
	for size := len(steps) / 2; size > 0; size /= 2 {
		for at := len(steps) - size; at >= 0; at -= size {
			if at+size <= len(steps) {
				try(slices.Delete(slices.Clone(steps), at, at+size))
			}
		}
	}
	for i := range steps {
		for j := len(steps[i].Requests) - 1; j >= 0 && len(steps[i].Requests) > 1; j-- {
			fewer := slices.Clone(steps)
			fewer[i].Requests = slices.Delete(slices.Clone(steps[i].Requests), j, j+1)
			try(fewer)
		}
	}
	return steps, last
}
