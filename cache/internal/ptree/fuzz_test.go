package ptree

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/go-zookeeper/zk"
)

// script makes changes out of bytes: five for each, in steps of up to 255 that are applied at once.
func script(in []byte) (steps [][]Op) {
	for len(in) > 0 {
		n := int(in[0])
		in = in[1:]
		ops := map[string]Op{}
		for ; n > 0 && len(in) >= 5; n-- {
			e := Entry{Stat: zk.Stat{Czxid: int64(in[2]), Mzxid: int64(in[3]), Version: int32(in[4])}}
			for b := in[0]; b > 0; b >>= 3 {
				e.Key += fmt.Sprint("/", names[b%8], in[1]>>(b%8))
			}
			if in[4]&3 != 0 {
				e.Data = make([]byte, int(in[2])*int(in[4]&3))
				e.Stat.DataLength = int32(len(e.Data))
			}
			ops[e.Key] = Op{e, in[4]&12 == 12}
			in = in[5:]
		}
		var sorted []Op
		for _, key := range slices.SortedFunc(maps.Keys(ops), Compare) {
			sorted = append(sorted, ops[key])
		}
		steps = append(steps, sorted)
	}
	return steps
}

// Whatever is put into a tree and taken out, it is what a map is, and the difference leads from one state to the next and back.
func FuzzTree(f *testing.F) {
	f.Add([]byte{2, 1, 2, 3, 4, 5, 9, 8, 7, 6, 5, 1, 1, 2, 9, 9, 13})
	long := []byte{}
	for i := range 1500 {
		if i%200 == 0 {
			long = append(long, 200)
		}
		long = append(long, byte(i*7), byte(i*31), byte(i), byte(i*3), byte(i*5))
	}
	f.Add(long)
	f.Fuzz(func(t *testing.T, in []byte) {
		var tree Tree
		model := map[string]Entry{}
		for _, ops := range script(in[:min(len(in), 20_000)]) {
			before, old := tree, maps.Clone(model)
			for _, op := range ops {
				if op.Gone {
					delete(model, op.Key)
				} else {
					model[op.Key] = op.Entry
				}
			}
			tree = tree.Apply(ops)
			if tree.Len() != len(model) || !slices.EqualFunc(contents(tree), want(model), same) {
				t.Fatalf("%d znodes are not the %d of the model", tree.Len(), len(model))
			}
			for key := range model {
				if ref, ok := tree.Get(key); !ok || ref.Key() != key {
					t.Fatalf("%q is not found", key)
				}
			}
			checkDiff(t, before, tree, maps.Clone(old), model)
			checkDiff(t, tree, before, maps.Clone(model), old)
		}
	})
}
