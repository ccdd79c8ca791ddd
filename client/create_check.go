package client

import (
	"errors"
	"strings"
	"time"

	"github.com/go-zookeeper/zk"
)

// maxTTL is the longest that servers have room for.
const maxTTL = (1<<40 - 1) * time.Millisecond

var (
	errContainer   = errors.New("a container is neither ephemeral nor sequential")
	errProtected   = errors.New("a container cannot be protected")
	errPrefix      = errors.New("a prefix that protects is neither empty nor has a slash")
	errLimited     = errors.New("a znode with a time to live is neither ephemeral nor a container")
	errTTL         = errors.New("a time to live is from 1 ms to 2^40-1 ms")
	errExisting    = errors.New("a sequential or protected znode is never there before")
	errParentsACL  = errors.New("an ACL for parents without parents")
	errTxnParents  = errors.New("a transaction makes no parents of its own")
	errTxnExisting = errors.New("a transaction takes nothing that is there for its own")
)

func (b CreateBuilder) check() error {
	var errs []error
	add := func(bad bool, err error) {
		if bad {
			errs = append(errs, err)
		}
	}
	add(b.container && (b.ephemeral || b.sequential), errContainer)
	add(b.container && b.protect != nil, errProtected)
	add(b.protect != nil && (b.protect.prefix == "" || strings.Contains(b.protect.prefix, "/")), errPrefix)
	add(b.limited && (b.ephemeral || b.container), errLimited)
	add(b.limited && (b.ttl < time.Millisecond || b.ttl > maxTTL), errTTL)
	add((b.orSet || b.idempotent) && (b.sequential || b.protect != nil), errExisting)
	add(b.parentsACL != nil && b.parents == noParents, errParentsACL)
	add(len(b.acl) == 0 || b.parentsACL != nil && len(b.parentsACL) == 0, zk.ErrInvalidACL)
	if err := b.c.check(b.path, b.sequential); err != nil {
		errs = append(errs, err)
	}
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}

// txnOp is the create as part of a transaction.
func (b CreateBuilder) txnOp() (operation, error) {
	o, err := b.operation()
	switch {
	case err != nil:
	case b.parents != noParents:
		err = errTxnParents
	case b.orSet || b.idempotent:
		err = errTxnExisting
	}
	return o, err
}
