// Package admin is the HTTP face of a server: the commands of Apache ZooKeeper's AdminServer, with its JSON.
//
//	http.ListenAndServe("127.0.0.1:8080", admin.Handler(srv))
//
// GET /commands is a page that lists the commands, GET /commands/<name> runs one. The answer is 200 and JSON also for a command
// that is not known or fails; then "error" says why. Other paths are 404.
//
// There is no authentication, as there is none in Apache's 3.8: who reaches the port may reset the statistics and learn the
// paths and addresses of all clients.
//
// # What is left out
//
// The commands that 3.9 has added, snapshot and restore, are as unknown here as in 3.8. There is no HTTPS. A hash has no digests,
// and what is told of a quorum is what a server that is alone tells.
//
// Source: Apache ZooKeeper 3.8.0, asked.
package admin
