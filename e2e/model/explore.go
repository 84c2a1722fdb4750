package model

// step names what happened: a sentence and up to two numbers for it.
type step struct {
	What string
	I, J int
}

// node is a visited state: from where, by which of its steps.
type node struct {
	parent int32
	by     uint16
}

// explorer visits every state of a scenario, breadth first.
type explorer struct {
	*Scenario
	visited map[uint64]int32
	nodes   []node
	edges   [][2]int32 // only for Stuck

	// of the state at hand
	from  state
	out   []state
	steps []step
	tell  bool // keep steps
}

// Result of an exploration.
type Result struct {
	States    int
	Complete  bool
	Violation string
	Trace     []string
	Stuck     []string // a way to a state from which nothing leads home
	Depth     int
}

// emit adds a successor.
func (x *explorer) emit(s state, what string, i, j int) {
	x.out = append(x.out, s)
	x.out[len(x.out)-1].canonical(x.Scenario)
	if x.tell {
		x.steps = append(x.steps, step{what, i, j})
	}
}

func (x *explorer) successors(s state) {
	x.from, x.out, x.steps = s, x.out[:0], x.steps[:0]
	for i := range x.Ops {
		x.operate(i)
	}
	for i := 0; i < x.Sidecars; i++ {
		x.tend(i)
	}
	for i := 0; i < x.Syncers; i++ {
		x.sync(i, i%x.Sidecars)
	}
	x.rollback()
	x.read()
	x.redisEvents()
	x.appears()
	x.loseRow()
}

// Explore visits all states. With stuck, it also looks for states from which
// no path leads to offload with everything drained.
func (c Scenario) Explore(stuck bool) Result {
	c.Keys = max(c.Keys, 1)
	x := &explorer{Scenario: &c, visited: map[uint64]int32{}}
	first := c.start()
	first.canonical(&c)
	frontier := []state{first}
	ids := []int32{0}
	x.visited[first.hash()] = 0
	x.nodes = append(x.nodes, node{parent: -1})
	var home []int32
	r := Result{Complete: true}
	for len(frontier) > 0 {
		if c.Depth > 0 && r.Depth == c.Depth {
			r.Complete = false
			break
		}
		var next []state
		var nextIDs []int32
		for n, s := range frontier {
			if stuck && (c.isHome(&s) || x.spent(&s)) {
				home = append(home, ids[n])
			}
			x.successors(s)
			for by := range x.out {
				t := &x.out[by]
				h := t.hash()
				at, known := x.visited[h]
				if !known {
					at = int32(len(x.nodes))
					x.visited[h] = at
					x.nodes = append(x.nodes, node{ids[n], uint16(by)})
					if bad := x.check(t); bad != fine {
						r.States, r.Violation, r.Depth, r.Complete = len(x.nodes), bad.String(), x.depth(at), false
						r.Trace = x.trace(at)
						return r
					}
					next, nextIDs = append(next, *t), append(nextIDs, at)
				}
				if stuck {
					x.edges = append(x.edges, [2]int32{ids[n], at})
				}
			}
			if c.Limit > 0 && len(x.nodes) > c.Limit {
				r.States, r.Complete = len(x.nodes), false
				return r
			}
		}
		frontier, ids = next, nextIDs
		if len(next) > 0 {
			r.Depth++
		}
	}
	r.States = len(x.nodes)
	if stuck {
		if at := x.stranded(home); at >= 0 {
			r.Stuck = x.trace(at)
		}
	}
	return r
}

func (x *explorer) depth(at int32) int {
	d := 0
	for x.nodes[at].parent >= 0 {
		at = x.nodes[at].parent
		d++
	}
	return d
}

// stranded returns the first state from which no path leads home; -1: none.
func (x *explorer) stranded(home []int32) int32 {
	heads := make([]int32, len(x.nodes)+1)
	for _, e := range x.edges {
		heads[e[1]+1]++
	}
	for i := 1; i < len(heads); i++ {
		heads[i] += heads[i-1]
	}
	back := make([]int32, len(x.edges))
	fill := append([]int32(nil), heads...)
	for _, e := range x.edges {
		back[fill[e[1]]] = e[0]
		fill[e[1]]++
	}
	good := make([]bool, len(x.nodes))
	for _, h := range home {
		good[h] = true
	}
	for todo := home; len(todo) > 0; {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, from := range back[heads[at]:heads[at+1]] {
			if !good[from] {
				good[from] = true
				todo = append(todo, from)
			}
		}
	}
	for i, ok := range good {
		if !ok {
			return int32(i)
		}
	}
	return -1
}

// isHome: offload, with this Redis, and nothing dirty.
func (c *Scenario) isHome(s *state) bool {
	return !s.Native && !s.RowGone && s.RowID == (id{s.Run, s.R.Token}) && s.R.clean(c.Keys) && drained(s.R.Slug, c.Keys)
}

func (r *redis) clean(keys int) bool {
	return drained(r.Dirty, keys)
}
