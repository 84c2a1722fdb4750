// Package bench measures the product as its users feel it, beside WordPress as
// it is and beside the guide's own way. One question a file; contenders take
// turns within one run, over several rounds; every bound is on a ratio of two
// things measured in the same round.
//
// Its tests hold what does not wobble, counts, on every run of `go test`. With
// -table they measure, print one table, and write figures and charts.
package bench
