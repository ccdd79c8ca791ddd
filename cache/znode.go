package cache

import (
	"fmt"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/cache/internal/ptree"
	"github.com/zookit-go/zookit/client"
)

// Znode is a znode as the cache has read it. It never changes.
type Znode struct {
	path  string
	ref   ptree.Ref
	codec client.Compressor
}

// Path is where the znode stands, as the client names it.
func (z *Znode) Path() string { return z.path }

// Name is the last part of Path.
func (z *Znode) Name() string { return client.Base(z.path) }

// Data is what the znode holds, as it is stored; nil if that is null or WithoutData was given. It is the cache's own memory and must not be
// changed. It costs no allocation, but keeps up to 64 neighbours' data alive; clone what is to be kept for long.
func (z *Znode) Data() []byte { return z.ref.Data() }

// Plain is Data, decompressed if WithCompression was given: once each call, since the cache keeps what is stored. It fails on data
// that cannot be decompressed.
func (z *Znode) Plain() ([]byte, error) {
	data := z.ref.Data()
	if z.codec == nil || data == nil {
		return data, nil
	}
	plain, err := z.codec.Decompress(data)
	if err != nil {
		return nil, fmt.Errorf("cache: %s: %w", z.path, err)
	}
	return plain, nil
}

// Stat is the znode's, made at each call from the little that is kept of it. It is as it was when the data was read: what comes
// and goes below the znode or is done to its ACL later does not show in Cversion, NumChildren, Pzxid and Aversion.
func (z *Znode) Stat() zk.Stat { return z.ref.Stat() }

// Czxid is the transaction that created the znode: two znodes at one path that differ in it are two.
func (z *Znode) Czxid() int64 {
	created, _ := z.ref.Zxids()
	return created
}

// Mzxid is the transaction that wrote the znode last.
func (z *Znode) Mzxid() int64 {
	_, written := z.ref.Zxids()
	return written
}
