// Package ownership keeps the site row: who may acknowledge writes, sidecars
// (offload) or core (native), never both.
//
//	           R3: PHP finds no sidecar; R7: another Redis
//	offload e ------------------------------------------> native e+1
//	    ^                                                    |
//	    |   R6: floor raised, everything drained, not held   |
//	    +----------------- offload e+2 <---------------------+
//
// In offload a sidecar acts only under a lease (R1): it has read the row less
// than L ago, by its own monotonic clock, counted from when the read began. In
// native it goes on draining, and returns when Redis and MySQL are healthy.
// Nobody's clock is compared with anybody else's.
package ownership
