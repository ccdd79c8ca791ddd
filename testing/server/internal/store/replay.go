package store

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/tree"
	"github.com/zookit-go/zookit/testing/server/internal/txlog"
)

// replay applies one transaction of the log. What it would do may have been done already, and what it is about may be gone again.
func (db *Database) replay(rec *txlog.Record) error {
	t, err := rec.Txn()
	if err != nil {
		return err
	}
	if m, ok := t.Body.(*txlog.Multi); !ok {
		db.change(&t.Header, t.Body)
	} else if !m.Failed() {
		for i := range m.Ops {
			body, err := m.Ops[i].Decode()
			if err != nil {
				return fmt.Errorf("zxid %#x, operation %d: %w", t.Zxid, i, err)
			}
			h := t.Header
			h.Type = m.Ops[i].Type
			db.change(&h, body)
		}
	}
	db.Tree.SetLastZxid(max(db.Tree.LastZxid(), t.Zxid))
	return nil
}

// change applies one change. Those that are not here change nothing.
func (db *Database) change(h *txlog.Header, body wire.Record) {
	switch b := body.(type) {
	case *txlog.Create:
		owner := int64(0)
		if b.Ephemeral {
			owner = h.Session
		}
		db.create(h, b.Path, b.Data, b.ACL, owner, b.ParentCversion)
	case *txlog.CreateContainer:
		db.create(h, b.Path, b.Data, b.ACL, tree.ContainerOwner, b.ParentCversion)
	case *txlog.CreateTTL:
		db.create(h, b.Path, b.Data, b.ACL, tree.TTLOwner(b.TTL), b.ParentCversion)
	case *txlog.Delete:
		db.remove(b.Path, h.Zxid)
	case *txlog.SetData:
		db.Tree.SetData(b.Path, bytes.Clone(b.Data), b.Version, h.Zxid, h.Time)
	case *txlog.SetACL:
		db.Tree.SetACL(b.Path, cloneACL(b.ACL), b.Version)
	case *txlog.CreateSession:
		db.Sessions[h.Session] = b.Timeout
	case *txlog.CloseSession:
		for _, path := range b.Paths {
			db.remove(path, h.Zxid)
		}
		db.closeSession(h.Session, h.Zxid)
	}
}

func (db *Database) create(h *txlog.Header, path string, data []byte, acl []wire.ACL, owner int64, parentCversion int32) {
	parentPath, _ := tree.Split(path)
	parent, ok := db.Tree.Lookup(parentPath)
	if !ok {
		return // it is gone again, and the znode with it
	}
	if parentCversion == -1 {
		parentCversion = parent.Cversion + 1
	}
	if _, there := db.Tree.Lookup(path); there {
		db.Tree.Recreate(path, cloneACL(acl), parentCversion, h.Zxid, h.Type == wire.OpCreate) // Apache makes no such exception for the others
		return
	}
	db.Tree.Create(strings.Clone(path), bytes.Clone(data), cloneACL(acl), owner, parentCversion, h.Zxid, h.Time)
}

func (db *Database) remove(path string, zxid int64) {
	if !db.Tree.Delete(path, zxid) {
		db.Tree.Redelete(path, zxid)
	}
}
