package bench

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// web is an administrator's browser, without the browser.
type web struct {
	run
	client  *http.Client
	base    string
	cookies string
}

func (r run) login() web {
	r.t.Helper()
	w := web{run: r, base: "http://" + r.Address(r.t, "localhost", 80), client: &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 32},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       30 * time.Second,
	}}
	form := url.Values{"log": {"admin"}, "pwd": {"admin-password"}, "wp-submit": {"Log In"}, "testcookie": {"1"}}
	request, err := http.NewRequestWithContext(r.t.Context(), "POST", w.base+"/wp-login.php", strings.NewReader(form.Encode()))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Host = "localhost"
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Cookie", "wordpress_test_cookie=WP%20Cookie%20check")
	response, err := w.client.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	for _, c := range response.Cookies() {
		w.cookies += c.Name + "=" + c.Value + "; "
	}
	if !strings.Contains(w.cookies, "wordpress_logged_in") {
		r.t.Fatalf("log in: %d, cookies %s", response.StatusCode, w.cookies)
	}
	return w
}

// send makes one request, with a body if it is not empty, and wants a status.
func (w web) send(method, path, body string, header http.Header, status int) (string, error) {
	request, err := http.NewRequestWithContext(w.t.Context(), method, w.base+path, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Host = "localhost"
	for name, values := range header {
		request.Header[name] = values
	}
	request.Header.Set("Cookie", w.cookies)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := w.client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != status {
		err = fmt.Errorf("%s %s: %d, want %d: %.300s", method, path, response.StatusCode, status, text)
	}
	return string(text), err
}

// timed makes count requests by each of so many clients at once, and returns
// the milliseconds of each.
func (w web) timed(clients, count int, one func(client, n int) error) []float64 {
	w.t.Helper()
	took := make([][]float64, clients)
	var group errgroup.Group
	for client := range clients {
		group.Go(func() error {
			for n := range count {
				began := time.Now()
				if err := one(client, n); err != nil {
					return err
				}
				took[client] = append(took[client], time.Since(began).Seconds()*1e3)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		w.t.Fatal(err)
	}
	var all []float64
	for _, each := range took {
		all = append(all, each...)
	}
	return all
}
