package appointment

// Notice is a field that was synced and came past WordPress, which has to be
// told of it.
type Notice struct {
	Post uint64
	Key  string
	Mark string // under which it was synced, for compare-and-remove
}
