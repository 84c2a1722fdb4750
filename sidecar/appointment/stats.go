package appointment

// Stats is what GET /v1/stats says of a running sidecar and `hospital-sidecar
// status` shows. Values are counts and times, never data of patients.
type Stats struct {
	Version       string      `json:"version"`
	UptimeSeconds int64       `json:"uptime_seconds"`
	Blogs         []BlogStats `json:"blogs"`  // by id
	Lag           LagStats    `json:"lag_ms"` // from a write's acknowledgement to its COMMIT
	Redis         RedisStats  `json:"redis"`
	MySQL         MySQLStats  `json:"mysql"`
	Counters      Counters    `json:"counters"`
	Warnings      []string    `json:"warnings"` // what an administrator should change
}

// BlogStats is the state of one site of the network.
type BlogStats struct {
	Blog  uint64 `json:"blog"`
	Mode  string `json:"mode"` // "offload" or "native"
	Epoch uint64 `json:"epoch"`
	Lease bool   `json:"lease"` // this sidecar may acknowledge writes
	Held  bool   `json:"held"`  // native until the plugin is activated again
	*Waits
	// Of what came past WordPress and was synced: fields that WordPress was not
	// told of yet, and for how long it has refused to hear.
	Notices         int64  `json:"notices"`
	NoticesFailedMS int64  `json:"notices_failed_ms"`
	NoticesError    string `json:"notices_error"`
}

// Waits is what of a site waits in Redis; nil, and left out of JSON, where Redis
// could not be asked: that is not zero.
type Waits struct {
	DirtyPosts    int64 `json:"dirty_posts"`
	DirtyFields   int64 `json:"dirty_fields"`
	OldestDirtyMS int64 `json:"oldest_dirty_ms"` // age of the oldest write not yet in MySQL; of very many, at least that
	DeadLetters   int64 `json:"dead_letters"`
}

// LagStats is a distribution of milliseconds.
type LagStats struct {
	P50   float64 `json:"p50"`
	P99   float64 `json:"p99"`
	Count int64   `json:"count"` // of syncs it is taken from
}

// RedisStats is the Redis at hand; empty while there is none.
type RedisStats struct {
	Version    string `json:"version"`
	RunID      string `json:"run_id"`
	UsedMemory int64  `json:"used_memory"` // bytes
}

// MySQLStats is the MySQL at hand; empty while there is none.
type MySQLStats struct {
	Version string `json:"version"`
}

// Counters count since the sidecar started.
type Counters struct {
	Writes    int64 `json:"writes"`    // fields acknowledged
	Synced    int64 `json:"synced"`    // fields brought to MySQL
	Takeovers int64 `json:"takeovers"` // R7
	Returns   int64 `json:"returns"`   // R6
	Lapses    int64 `json:"lapses"`    // leases that ran out (R1)

	Reconciled int64 `json:"reconciled"` // posts put back into the dirty set
}
