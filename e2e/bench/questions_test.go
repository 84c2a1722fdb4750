package bench

// loads is filled in by the question that drives a load at a steady rate.
type loads struct{}

// questions are asked in this order: the last ones leave the clinic in disorder.
var questions = []question{
	{"one field, post read", oneFieldRead},
	{"one field, post not read", oneFieldUnread},
	{"eight fields", eightFields},
	{"eight in one call", eightInOneCall},
}
