// Package barrier holds what processes wait at for each other.
//
//	Barrier   closed and opened by anybody, waited for by all: Curator's DistributedBarrier
//	Double    opens when enough have come, and again when all have left: Curator's DistributedDoubleBarrier
package barrier
