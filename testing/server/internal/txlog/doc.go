// Package txlog is the transaction log on the disk, byte for byte as Apache ZooKeeper writes it, so that either server can go on with
// the other's folder.
//
// # A folder
//
//	log.<zxid of its first transaction, lower-case hex>     in the order of the zxids, not of the names
//	tmp.log.<zxid>                                          a file that a crash kept from getting its name: nobody reads it
//
// A new process begins a new file, and so does Writer.Roll; a new epoch or another leader does not.
//
// # A file
//
//	offset 0   5a 4b 4c 47    "ZKLG"
//	       4   00 00 00 02    version
//	       8   8 bytes 00     database id
//	      16   records, one after the other, then zeros to the end of the file
//
//	record     int64 checksum | int32 n | n bytes payload | 42 ("B")
//	payload    int64 session | int32 cxid | int64 zxid | int64 time, ms since 1970 | int32 type | body | digest
//	digest     nothing, or int32 version = 2 | int64 sum of the whole tree after the transaction
//
// All numbers are big endian. The checksum is the Adler-32 of the payload alone, in the lower half of its eight bytes. The zeros are
// there before the records are: the file grows by Options.Prealloc bytes whenever less than 4096 of them are left.
//
// # A body
//
// Jute as in internal/wire, by the type in the header:
//
//	 1 create            ustring path | buffer data | vector acl | boolean ephemeral | int32 parentCversion
//	15 create2           the same
//	19 createContainer   ustring path | buffer data | vector acl | int32 parentCversion
//	21 createTTL         ustring path | buffer data | vector acl | int32 parentCversion | int64 ttl, ms
//	 2 delete            ustring path
//	20 deleteContainer   the same
//	 5 setData           ustring path | buffer data | int32 version
//	16 reconfig          the same
//	 7 setACL            ustring path | vector acl | int32 aversion
//	13 check             ustring path | int32 version       in a multi only
//	14 multi             vector of: int32 type | buffer body
//	-10 createSession    int32 timeout, ms
//	-11 closeSession     vector of ustring paths
//	-1 error             int32 code
//
// Versions are those that the transaction makes, not those that it asks for. Two old forms are read and written: a create that ends
// before parentCversion, and a closeSession that is nothing at all.
//
// # Safety
//
// Writer.Append makes nothing safe; Writer.Sync makes all before it safe, the file's own name included. A crash can leave less than a
// record at the end of a file, and then the file ends before it. Below, what Reader makes of an end:
//
//	the file ends after a record                           the end
//	zeros                                                  the end
//	less than a record                                     the end
//	a record whose last byte is not 42                     the end, and the record is dropped
//	a checksum with a length of zero behind it             the end
//	nothing but the header                                 the end
//	a record with its 42 and another checksum              ErrChecksum, wherever it stands
//	a length that is negative or more than MaxPayload      ErrLength
//	a type or a body that nobody knows                     ErrBody, from Record.Decode
//	less than a header, or another one                     ErrHeader; Replay takes a newest file that is too short for an empty one
//
// What ends in an error has been damaged by something else than a crash between two syncs, and what follows it cannot be trusted.
//
// Zxids need not be without gaps, nor without repeats: whoever replays must be able to apply a transaction twice.
//
// Source: Apache ZooKeeper 3.8.0, its files and what it made of damaged ones.
package txlog
