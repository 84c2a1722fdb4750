package bench

// Eight fields of one appointment, each by its own update_post_meta(), as the
// edit screen, REST and meta_input do it.
func eightFields(r run) {
	turn{question: "eight fields, an update each", what: "eight", read: true, count: some(40, 20), first: 3200, calls: 8, ofNative: 0.33, ofGuide: 1}.ask(r)
}
