package bench

import (
	"fmt"
	"strings"
)

// Posts of the clinic, by id: the offloaded ones and their twins. Each question
// takes its own, so that none meets what another left behind.
const (
	offloaded   = "hospital_appointment"
	native      = "clinic_native"
	firstOurs   = 1_000_000
	firstNative = 2_000_000
)

// clinicPosts is how many there are of either: a list counts them all, so as many.
func clinicPosts() int { return some(20_000, 12_000) }

// clinic makes the posts by SQL: twenty thousand by wp_insert_post() would take
// minutes.
func (r run) clinic() {
	r.t.Helper()
	r.posts(firstOurs, clinicPosts(), offloaded)
	r.posts(firstNative, clinicPosts(), native)
	r.sql("ANALYZE TABLE wp_posts, wp_postmeta")
}

var eightKeys = []string{"status", "patient_ref", "doctor_id", "room", "start", "end", "notes", "checklist"}

func (r run) posts(first, count int, postType string) {
	r.t.Helper()
	for at := 0; at < count; at += 500 {
		var posts, rows []string
		for i := at; i < min(at+500, count); i++ {
			id := first + i
			posts = append(posts, fmt.Sprintf("(%d, 1, '2026-11-01 08:00:00', '2026-11-01 08:00:00', '', 'Appointment %d', '', 'publish', 'visit-%d', '', '', '2026-11-01 08:00:00', '2026-11-01 08:00:00', '', '%s')", id, i, id, postType))
			for _, key := range eightKeys {
				value := "first"
				if key == "checklist" {
					value = `a:1:{i:0;s:14:"insurance card";}`
				}
				rows = append(rows, fmt.Sprintf("(%d, '%s', '%s')", id, key, value))
			}
		}
		r.sql("INSERT INTO wp_posts (ID, post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt, post_status, post_name, to_ping, pinged, post_modified, post_modified_gmt, post_content_filtered, post_type) VALUES " + strings.Join(posts, ","))
		r.sql("INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES " + strings.Join(rows, ","))
	}
}
