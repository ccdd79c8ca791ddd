package ptree

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/go-zookeeper/zk"
)

func randomStat(r *rand.Rand) zk.Stat {
	s := zk.Stat{Czxid: r.Int64() >> r.IntN(60), Ctime: r.Int64N(1 << 41)}
	s.Mzxid, s.Mtime, s.Pzxid = s.Czxid, s.Ctime, s.Czxid
	if r.IntN(2) == 0 {
		s.Mzxid, s.Mtime, s.Version = r.Int64(), r.Int64(), r.Int32()-1<<30
	}
	if r.IntN(2) == 0 {
		s.Pzxid, s.Cversion, s.NumChildren = r.Int64(), r.Int32(), r.Int32()
	}
	if r.IntN(3) == 0 {
		s.Aversion = r.Int32()
	}
	if r.IntN(3) == 0 {
		s.EphemeralOwner = int64(r.Uint64())
	}
	if r.IntN(2) == 0 {
		s.DataLength = r.Int32()
	}
	return s
}

func randomData(r *rand.Rand) []byte {
	switch r.IntN(10) {
	case 0:
		return nil
	case 1:
		return []byte{}
	case 2:
		return bytes.Repeat([]byte{byte(r.IntN(256))}, InlineMax+r.IntN(2))
	}
	return []byte(fmt.Sprint(r.Uint64()))
}

// names are such that bytes below the slash stand beside it, and that keys are prefixes of each other.
var names = []string{"a", "a.b", "a-b", "ab", "aa", "n0001", "n0002", "z", "\U0010fff0"}

func randomKey(r *rand.Rand) (key string) {
	for range r.IntN(4) {
		key += "/" + names[r.IntN(len(names))]
		if r.IntN(2) == 0 {
			key += fmt.Sprint(r.IntN(30))
		}
	}
	return key
}

func same(a, b Entry) bool {
	return a.Key == b.Key && a.Stat == b.Stat && bytes.Equal(a.Data, b.Data) && (a.Data == nil) == (b.Data == nil)
}

func contents(t Tree) (list []Entry) {
	for c := t.Seek(""); c.Valid(); c.Next() {
		list = append(list, c.Ref().Entry())
	}
	return list
}

func want(model map[string]Entry) (list []Entry) {
	for _, key := range slices.SortedFunc(maps.Keys(model), Compare) {
		list = append(list, model[key])
	}
	return list
}

// A tree is what a map is, whatever was done to it, and what it was before stays.
func TestAgainstMap(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 5)) //nolint:gosec // a test that can be repeated
		var tree Tree
		model := map[string]Entry{}
		for range 60 {
			before, listed, old := tree, contents(tree), maps.Clone(model)
			ops := map[string]Op{}
			for range 1 + r.IntN(400)>>r.IntN(9) {
				e := Entry{randomKey(r), randomStat(r), randomData(r)}
				if r.IntN(2) == 0 {
					e.Stat.DataLength = int32(len(e.Data))
				}
				gone := r.IntN(10) < int(seed%10)
				ops[e.Key] = Op{e, gone}
				if gone {
					delete(model, e.Key)
				} else {
					model[e.Key] = e
				}
			}
			var sorted []Op
			for _, key := range slices.SortedFunc(maps.Keys(ops), Compare) {
				sorted = append(sorted, ops[key])
			}
			tree = tree.Apply(sorted)
			now := want(model)
			if tree.Len() != len(now) || !slices.EqualFunc(contents(tree), now, same) {
				t.Fatalf("seed %d: %d znodes are not the %d of the model", seed, tree.Len(), len(now))
			}
			if !slices.EqualFunc(contents(before), listed, same) {
				t.Fatalf("seed %d: a tree has changed", seed)
			}
			checkGet(t, tree, model, randomKey(r))
			checkDiff(t, before, tree, old, model)
		}
	}
}

func checkGet(tb testing.TB, tree Tree, model map[string]Entry, key string) {
	tb.Helper()
	ref, ok := tree.Get(key)
	e, there := model[key]
	if ok != there || ok && !same(ref.Entry(), e) {
		tb.Fatalf("get %q: %v, want %v", key, ok, there)
	}
	if created, written := int64(0), int64(0); ok {
		created, written = ref.Zxids()
		if created != e.Stat.Czxid || written != e.Stat.Mzxid || ref.Stat() != e.Stat || !bytes.Equal(ref.Data(), e.Data) {
			tb.Fatalf("%q in parts is not what it is", key)
		}
	}
	c := tree.Seek(key)
	for k := range model {
		if Compare(k, key) >= 0 && (!c.Valid() || Compare(k, c.Ref().Key()) < 0) {
			tb.Fatalf("seek %q goes beyond %q", key, k)
		}
	}
}

func checkDiff(tb testing.TB, before, now Tree, old, model map[string]Entry) {
	tb.Helper()
	Diff(before, now, func(a, b Ref) bool {
		var key string
		if a.Ok() {
			key = a.Key()
			delete(old, key)
		}
		if b.Ok() {
			key = b.Key()
			old[key] = b.Entry()
		}
		return true
	})
	if !maps.EqualFunc(old, model, same) {
		tb.Fatal("the difference does not lead from one tree to the other")
	}
}

// What two trees share is not looked at.
func TestDiffSkips(t *testing.T) {
	var ops []Op
	for i := range 10000 {
		ops = append(ops, Op{Entry: Entry{Key: fmt.Sprintf("/n%05d", i)}})
	}
	tree := Tree{}.Apply(ops)
	next := tree.Apply([]Op{{Entry: Entry{Key: "/n05000", Data: []byte("x")}}})
	looked := 0
	Diff(tree, next, func(_, _ Ref) bool {
		looked++
		return true
	})
	if looked > leafMax {
		t.Errorf("%d znodes were looked at", looked)
	}
	Diff(tree, next, func(_, _ Ref) bool {
		looked = -1
		return false
	})
	if looked != -1 {
		t.Error("it does not stop")
	}
}
