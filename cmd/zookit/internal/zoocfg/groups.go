package zoocfg

import (
	"fmt"
	"strconv"
	"strings"
)

// groups are the lines that let members vote by groups. A server that is alone takes no notice, but wrong ones keep it from
// starting all the same, as with Apache.
type groups struct {
	lines int
	of    map[int64]int64 // a member's group
}

// add reads one line. What stands before the dot only has to begin with group or weight.
func (g *groups) add(line Property) error {
	g.lines++
	id, err := strconv.ParseInt(line.Key[strings.IndexByte(line.Key, '.')+1:], 10, 64)
	if err != nil {
		return fmt.Errorf("%q ends in no number", line.Key)
	}
	if strings.HasPrefix(line.Key, "weight") {
		_, err := whole.parse(line.Value)
		return err
	}
	for number := range strings.SplitSeq(strings.TrimRight(line.Value, ":"), ":") {
		server, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is no number", number)
		}
		if _, again := g.of[server]; again {
			return fmt.Errorf("member %d stands twice among the groups", server)
		}
		g.of[server] = id
	}
	return nil
}

// check looks for a member that votes and has no group, if there are groups.
func (g *groups) check(members map[int64]member) error {
	if g.lines == 0 {
		return nil
	}
	for id, m := range members {
		if _, ok := g.of[id]; !ok && !m.observer {
			return fmt.Errorf("member %d is in no group", id)
		}
	}
	return nil
}
