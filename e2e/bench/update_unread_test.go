package bench

// The same of a post that was not read yet: WordPress reads it first. The guide
// asks MySQL nothing, so there is no bound against it.
func oneFieldUnread(r run) {
	turn{question: "one update, post not read", what: "field", read: false, count: some(100, 60), first: 1600, calls: 2, ofNative: 0.5}.ask(r)
}
