// Package wire is ZooKeeper's client protocol: the frame, the jute encoding, every record that a client and a
// server exchange, and the one table that says which records belong to which operation. It knows no sessions, trees or
// sockets, so the server, the client's seam and the fault network share it.
//
// # A frame
//
//	int32 length (big endian, not counting itself) | header | record
//
//	request  header: int32 xid, int32 op
//	reply    header: int32 xid, int64 zxid, int32 err     (err != 0: no record follows)
//	connect  request and response: no header
//
// A frame is at most MaxFrame bytes unless the reader is told otherwise.
//
// # Jute
//
//	boolean   1 byte, 0 or 1; any other value reads as true
//	int long  4 or 8 bytes, big endian
//	buffer    int32 n, n bytes; n = -1 is nil
//	ustring   int32 n, n bytes of UTF-8; n = -1 is null and reads as ""
//	vector    int32 n, n elements; n = -1 is nil, every other n <= 0 reads as empty
//	record    its fields in order, no tags, no padding
//
// # Views
//
// Decoding copies nothing: buffers and strings of a decoded record are views of the frame. The frame must not be
// written to afterwards, and it stays in memory as long as a view of it does; who keeps a field for long clones it.
//
// Source: zookeeper.jute of Apache ZooKeeper 3.9 and the traffic of 3.8.0.
package wire
