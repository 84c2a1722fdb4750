package notify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// Route is the plugin's REST route.
const Route = "/hospital-appointments-redis/v1/synced"

// call is the body of one call. It names fields and never their values.
type call struct {
	Blog  uint64 `json:"blog"`
	Redis string `json:"redis"`           // SHA-256 of the site row's redis_id: a copy of the site has another
	Clock string `json:"clock,omitempty"` // whose Time is; none: Redis'
	Time  int64  `json:"time"`            // milliseconds; of one clock, grows from call to call
	Nonce string `json:"nonce"`
	Posts []post `json:"posts"`
}

type post struct {
	ID   uint64   `json:"id"`
	Keys []string `json:"keys"`
}

func message(blog uint64, redisID, clock string, now time.Time, notices []appointment.Notice) call {
	sum := sha256.Sum256([]byte(redisID))
	c := call{Blog: blog, Redis: hex.EncodeToString(sum[:]), Clock: clock, Time: now.UnixMilli(), Nonce: rand.Text()}
	keys := map[uint64][]string{}
	for _, n := range notices {
		keys[n.Post] = append(keys[n.Post], n.Key)
	}
	for id, names := range keys {
		slices.Sort(names)
		c.Posts = append(c.Posts, post{ID: id, Keys: names})
	}
	slices.SortFunc(c.Posts, func(a, b post) int { return cmp.Compare(a.ID, b.ID) })
	return c
}

// sign makes the signature of a body: HMAC-SHA256 under the API's token, of a
// text that nothing else is signed by.
func sign(token string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("hospital_appointments_synced\n"))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// client reaches WordPress under its own name, at connect if that is given. It
// follows no redirect: whoever is elsewhere is not this site.
func client(connect *url.URL, timeout time.Duration) *http.Client {
	dialer := &net.Dialer{Timeout: 2 * time.Second}
	transport := &http.Transport{
		TLSHandshakeTimeout: 5 * time.Second, IdleConnTimeout: 30 * time.Second, MaxIdleConnsPerHost: 1,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if connect != nil {
				address = net.JoinHostPort(connect.Hostname(), port(connect))
			}
			return dialer.DialContext(ctx, network, address)
		},
	}
	return &http.Client{Timeout: timeout, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func port(u *url.URL) string {
	if u.Port() == "" && u.Scheme == "https" {
		return "443"
	}
	return cmp.Or(u.Port(), "80")
}

// send makes the call. Anything but the plugin's own confirmation is an error:
// a page that somebody put in front of the site may answer 200 too.
func (n *Notifier) send(ctx context.Context, blog uint64, c call) error {
	home, err := n.Home(ctx, blog)
	if err != nil {
		return err
	}
	token, err := n.Token(ctx)
	if err != nil {
		return err
	}
	body, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("encode the call: %w", err)
	}
	to := *home
	to.Path = strings.TrimRight(to.Path, "/") + "/"
	to.RawQuery = url.Values{"rest_route": {Route}}.Encode()
	if n.Connect != nil {
		to.Scheme = n.Connect.Scheme
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("make the call: %w", err)
	}
	request.Host = home.Host
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "hospital-sidecar")
	request.Header.Set("X-Hospital-Signature", sign(token, body))
	if home.Scheme == "https" && to.Scheme == "http" {
		request.Header.Set("X-Forwarded-Proto", "https") // as whatever ends TLS before it would
	}
	response, err := n.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return confirmed(response, c.Nonce)
}

// confirmed reads the answer. Of what it says only WordPress' error code is
// repeated.
func confirmed(response *http.Response, nonce string) error {
	text, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	var answer struct {
		Taken string `json:"taken"`
		Code  string `json:"code"`
	}
	strange := json.Unmarshal(text, &answer) != nil
	switch {
	case response.StatusCode == http.StatusOK && answer.Taken == nonce:
		return nil
	case response.StatusCode >= 300 && response.StatusCode < 400:
		return fmt.Errorf("it redirects to %.200q; HOSPITAL_WORDPRESS_URL says where it is reached", response.Header.Get("Location"))
	case strange || answer.Code == "":
		return fmt.Errorf("it answers %s, and not as the plugin would", response.Status)
	}
	return errors.New("it answers " + response.Status + fmt.Sprintf(" (%.60q)", answer.Code))
}
