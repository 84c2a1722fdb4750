package bench

// questions are asked in this order; the last one leaves the clinic in disorder.
var questions = []question{
	{"one field, post read", oneFieldRead},
	{"one field, post not read", oneFieldUnread},
	{"eight fields", eightFields},
	{"eight in one call", eightInOneCall},
	{"whole request", wholeRequest},
	{"reading pages", readingPages},
	{"throughput", throughput},
	{"what MySQL is spared", spared},
	{"cost in all", cost},
	{"lag", lag},
	{"barrier", barrier},
	{"slow database", slowDatabase},
	{"sidecar alone", sidecarAlone},
	{"sync", syncing},
	{"growth", growth},
}
