// Zookit serves ZooKeeper's protocol, as one binary with a subcommand for each task.
//
//	zookit server                    an empty server on 127.0.0.1:2181, in memory: nothing is kept
//	zookit server zoo.cfg            a server as Apache's configuration file says
//	zookit server --data-dir data    a server on 127.0.0.1:2181 that keeps its data
//	zookit server --emulate 3.5      a server that behaves as Apache's 3.5 does
//	zookit server --jaas jaas.conf zoo.cfg
//	                                 users of SASL DIGEST-MD5, as Java's programs have them
//	zookit server --keys             what is done about each key of such a file
//	zookit bench recipes             our recipes beside Curator's, kazoo's and zk.Lock, from Debian's packages
//	zookit version
//	zookit <command> --help
//
// A file is read as Apache reads it. Keys that this server has no use for are named in one line of the log, and so are those that
// nobody knows. What cannot be served as asked, and would be less safe without, is an error: no server starts that does less than
// its file promises.
//
// # Signals
//
// SIGTERM and SIGINT end the server in order: nobody new is let in, what was received is answered, then it ends, after at most
// the time of --drain. A second signal ends it at once.
//
// # Exit status
//
// The last line on standard error says why the status is not 0. They are Apache's where it has one.
//
//	0   it was told to end, and did
//	1   something else went wrong, such as a port that is taken, or a drain that took too long
//	2   wrong arguments or a wrong file
//	3   a directory of data that cannot be reached
//	4   the port for commands over HTTP cannot be had
//	10  the disk failed while serving
//	130, 143  a second SIGINT or SIGTERM ended it at once
//
// # Adding a command
//
// A command is a type with a method Run, in a file of its own or in a package under internal, and a field of commands in cli.go.
// Run can ask for a context, which a signal ends, and for *streams.
package main
