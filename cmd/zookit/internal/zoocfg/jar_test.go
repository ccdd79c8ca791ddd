package zoocfg_test

import (
	"archive/zip"
	"encoding/binary"
	"io"
	"maps"
	"path"
	"regexp"
	"slices"
	"testing"
)

var propertyName = regexp.MustCompile(`^zookeeper\.[A-Za-z0-9_.-]+$`)

// propertyNames are all texts in a jar's classes that look like the name of a system property.
func propertyNames(t *testing.T, jar string) []string {
	t.Helper()
	r, err := zip.OpenReader(jar)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	names := map[string]bool{}
	for _, f := range r.File {
		if path.Ext(f.Name) != ".class" {
			continue
		}
		c, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		class, err := io.ReadAll(c)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range constants(t, class) {
			if propertyName.MatchString(s) {
				names[s] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// constants are the texts in a class file: behind its first 8 bytes is the number of its constants, then come they, each with a
// tag that tells how long it is. The Java Virtual Machine Specification, 4.4.
func constants(t *testing.T, class []byte) (texts []string) {
	t.Helper()
	count, at := int(binary.BigEndian.Uint16(class[8:])), 10
	for i := 1; i < count; i++ {
		switch tag := class[at]; tag {
		case 1:
			length := int(binary.BigEndian.Uint16(class[at+1:]))
			texts = append(texts, string(class[at+3:at+3+length]))
			at += 3 + length
		case 5, 6: // take two places
			at += 9
			i++
		case 7, 8, 16, 19, 20:
			at += 3
		case 15:
			at += 4
		case 3, 4, 9, 10, 11, 12, 17, 18:
			at += 5
		default:
			t.Fatalf("constant with tag %d", tag)
		}
	}
	return texts
}
