package bench

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// maxClients is how many clients at once there are at most.
const maxClients = 16

var twoStatuses = []string{"confirmed", "cancelled"}

// contender of a line that runs through the web server.
type contender struct {
	name   string
	first  int    // of its posts
	kind   string // post type
	action string // of the row action
	header http.Header
}

// wholeRequest is the whole HTTP request of a status change, by row action and
// by REST, through web server and php-fpm.
func wholeRequest(r run) {
	r.Beside(r.t, "sidecar-unix", "HOSPITAL_LISTEN="+socket)
	w := r.login()
	contenders := []contender{
		{"native", firstNative + 5600, native, "bench_set_status", nil},
		{oursTCP, firstOurs + 5600, offloaded, "hospital_set_status", nil},
		{oursUnix, firstOurs + 5640, offloaded, "hospital_set_status", http.Header{"X-Bench-Address": {socket}}},
	}
	nonces := w.nonces(contenders)
	times := r.chart("Whole request of a status change", "ms, median")
	for _, kind := range []string{"row action", "REST"} {
		for _, clients := range []int{1, 4, maxClients} {
			p50 := map[string][]float64{}
			for round := range r.report.Rounds {
				for _, c := range rotated(contenders, round) {
					took := w.timed(clients, max(some(64, 16)/clients, 4), func(client, n int) error {
						post, status := c.first+client, twoStatuses[(n+round)%2]
						if kind == "REST" {
							_, err := w.send("POST", fmt.Sprintf("/?rest_route=/wp/v2/%s/%d", c.kind, post), `{"meta":{"status":"`+status+`"}}`,
								merged(c.header, http.Header{"X-Wp-Nonce": {nonces["rest"]}}), http.StatusOK)
							return err
						}
						_, err := w.send("GET", fmt.Sprintf("/wp-admin/admin-post.php?action=%s&post=%d&status=%s&_wpnonce=%s", c.action, post, status, nonces[c.nonce(post, status)]),
							"", c.header, http.StatusFound)
						return err
					})
					p50[c.name] = append(p50[c.name], Quantile(took, 0.5))
					r.settle()
				}
			}
			what := fmt.Sprintf("%s, %d clients", kind, clients)
			for _, name := range []string{oursTCP, oursUnix} {
				r.add(Figure{Question: "whole HTTP request of a status change", What: what + ", " + name + " / native", Unit: "x", Rounds: ratios(p50[name], p50["native"]), AtMost: 1})
			}
			for _, c := range contenders {
				times.Add(what, c.name, Quantile(p50[c.name], 0.5))
			}
		}
	}
}

func (c contender) nonce(post int, status string) string {
	return fmt.Sprintf("%s_%d_%s", c.action, post, status)
}

// nonces are what the screens would have given.
func (w web) nonces(contenders []contender) map[string]string {
	w.t.Helper()
	all := map[string]string{}
	for _, c := range contenders {
		var names []string
		for client := range maxClients {
			for _, status := range twoStatuses {
				names = append(names, c.nonce(c.first+client, status))
			}
		}
		text, err := w.send("GET", "/?bench_nonces="+strings.Join(names, ","), "", nil, http.StatusOK)
		if err == nil {
			err = json.Unmarshal([]byte(text), &all)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return all
}

// rotated is a list that begins with another one each round.
func rotated[T any](list []T, round int) []T {
	at := round % len(list)
	return append(slices.Clone(list[at:]), list[:at]...)
}

func merged(headers ...http.Header) http.Header {
	all := http.Header{}
	for _, header := range headers {
		for name, values := range header {
			all[name] = values
		}
	}
	return all
}
