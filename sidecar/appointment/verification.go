package appointment

// Held is everything that Redis holds of one post, in one consistent look.
type Held struct {
	Post    Post
	Bad     string // a place or claim under a name that no post can have; Post is empty then
	Foreign bool   // its keys hold no hashes: nothing else of it is known
	Placed  bool   // it has a place in the dirty set
	Claimed bool   // a claim is noted
	Copies  map[string]string
	Dirty   []Dirty
}

// Facts is what MySQL holds of one post.
type Facts struct {
	Type  string              // post type; "" when there is no such post
	Fence Version             // newest version that is in MySQL or was left out
	Rows  map[string][]string // values by key
}

// Finding is one thing that is wrong between Redis and MySQL.
type Finding struct {
	Code     string // stable
	Post     string // id or slug; "" for the site
	Key      string // "" for all of the post
	Message  string // a sentence, without values
	Repaired bool
}

// Verification is a comparison of a blog's Redis with its MySQL.
type Verification struct {
	Posts    int // that Redis holds anything of
	Fields   int
	Findings []Finding
}
