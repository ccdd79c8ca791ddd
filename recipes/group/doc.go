// Package group holds groups of processes that know each other: who is in, and what each says of itself.
//
//	Member   is in a group, and sees the others: Curator's GroupMember
//	View     sees who is in a group, without being in it
//
// A group is the children of one znode, one for each member, named after it; every child counts, whoever made it, so kazoo's parties are seen, too: members
// of a Party as "<32 hex digits>__party__", of a ShallowParty as "<32 hex digits>-<identifier>". kazoo's ShallowParty sees every member, its Party those
// whose id has that form.
package group
