// Package watching is a model of who must hear what: random users of watches come and go on a few paths, and after every write each of
// them must have heard exactly what it is owed. It drives a client, and so it is for tests against any server.
package watching
