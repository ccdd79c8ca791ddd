package fourletter

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

func wchs(all Watches) string {
	paths, total := make(map[string]struct{}), 0
	for _, w := range all {
		total += len(w.Paths)
		for _, path := range w.Paths {
			paths[path] = struct{}{}
		}
	}
	return fmt.Sprintf("%d connections watching %d paths\nTotal watches:%d\n", len(all), len(paths), total)
}

func wchc(all Watches) string {
	var b strings.Builder
	for _, w := range all {
		b.WriteString(hex(w.Session) + "\n")
		for _, path := range w.Paths {
			b.WriteString("\t" + path + "\n")
		}
	}
	return b.String() + "\n"
}

func wchp(all Watches) string {
	byPath := make(map[string][]int64)
	for _, w := range all {
		for _, path := range w.Paths {
			byPath[path] = append(byPath[path], w.Session)
		}
	}
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(byPath)) {
		b.WriteString(path + "\n")
		for _, id := range byPath[path] {
			b.WriteString("\t" + hex(id) + "\n")
		}
	}
	return b.String() + "\n"
}
