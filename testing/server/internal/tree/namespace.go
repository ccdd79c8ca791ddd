package tree

import "strings"

// Quota is the sum of the quotas in a namespace. A hard limit counts before a soft one; none is -1, and counts as that.
type Quota struct {
	Limited                bool // whether there are limits
	CountLimit, BytesLimit int64
	Counted                bool // whether there are stats
	Count, Bytes           int64
}

// Quotas sums up the quotas by namespace, the znode below the root that they are for or in. Anyone may ask.
//
// Source: org.apache.zookeeper.server.util.QuotaMetricsUtils.
func (t *Tree) Quotas() map[string]Quota {
	t.mu.RLock()
	defer t.mu.RUnlock()
	all := make(map[string]Quota)
	t.quotas(QuotaRoot, all)
	return all
}

// quotas looks at what has no children below path. The caller holds mu.
func (t *Tree) quotas(path string, all map[string]Quota) {
	n := t.nodes[path]
	if n == nil {
		return
	}
	for name := range n.children {
		t.quotas(path+"/"+name, all)
	}
	parent, name := Split(path)
	of, _ := quotaFor(parent)
	namespace, _, _ := strings.Cut(strings.TrimPrefix(of, "/"), "/")
	if len(n.children) > 0 || namespace == "" || name != limitNode && name != statNode {
		return
	}
	u, _ := parseUsage(n.data) // what cannot be read is unknown
	sum := all[namespace]
	if name == statNode {
		sum.Counted = true
		sum.Count += u.get(countKey)
		sum.Bytes += u.get(bytesKey)
	} else {
		sum.Limited = true
		sum.CountLimit += limit(u, countLimitKey, countKey)
		sum.BytesLimit += limit(u, bytesLimitKey, bytesKey)
	}
	all[namespace] = sum
}

func limit(u usage, hard, soft string) int64 {
	if n := u.get(hard); n > none {
		return n
	}
	return u.get(soft)
}
