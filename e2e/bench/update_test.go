package bench

// An update_post_meta() of an existing field, new value, of a post that was
// read in this request.
func oneFieldRead(r run) {
	turn{question: "one update, post read", what: "field", read: true, count: some(100, 60), first: 0, calls: 1, ofNative: 0.33, ofGuide: 1}.ask(r)
}
