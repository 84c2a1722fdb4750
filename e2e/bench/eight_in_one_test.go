package bench

// The same eight in one call of the guide's class.
func eightInOneCall(r run) {
	turn{question: "eight fields in one call", what: "eight_in_one_call", read: true, count: some(40, 20), first: 4400, calls: 1, ofNative: 0.12, ofGuide: 1}.ask(r)
}
