// Package interop is the foreign proof: programs that are not ours, Apache's shell, Curator, kazoo and go-zookeeper, against
// Apache's server and ours. Each test runs on Apache's first: a judge that fails on the real thing proves nothing.
//
// The parts come from Debian's packages zookeeper, libcurator-recipes-java, default-jdk-headless and python3-kazoo. Without them
// the tests are skipped, or fail where ZOOKIT_INTEROP=required is set.
package interop
