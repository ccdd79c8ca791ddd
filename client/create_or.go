package client

// OrSet writes the data of a znode that is already there instead of failing with zk.ErrNodeExists: one more request then. Its kind and its
// ACL stay what they are. Do then fails as SetBuilder.Do does. If the znode goes between the two, it is created after all.
func (b CreateBuilder) OrSet() CreateBuilder { return b.OrSetVersion(-1) }

// OrSetVersion is OrSet for a znode whose data version is v; Do fails with zk.ErrBadVersion otherwise.
func (b CreateBuilder) OrSetVersion(v int32) CreateBuilder {
	b.orSet, b.version = true, v
	return b
}

// Idempotent takes a znode for its own that is already there, has the same data and was never written since: one more request then. That is
// Curator's rule. It cannot tell who made the znode, so two clients that create the same one with the same data both succeed; Protected
// and Ephemeral can. OrSet goes before it.
func (b CreateBuilder) Idempotent() CreateBuilder {
	b.idempotent = true
	return b
}
