package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Client calls the API of a running sidecar.
type Client struct {
	Network string // "tcp" or "unix"
	Address string
	// Token returns the bearer token. It is asked once a call, and not for the
	// calls that need none.
	Token func(ctx context.Context) (string, error)
	// Patience is how long one call may take; 0: half a minute.
	Patience time.Duration
	Actor    string // who runs the command, for the sidecar's log
}

// patience is for one call; status has less.
const patience = 30 * time.Second

// most is the largest answer: a page of dead letters with large values.
const most = 1 << 30

// apiError is an answer of the API that says no.
type apiError struct {
	Status    int    `json:"status,omitempty"`
	Code      string `json:"code"`
	Message   string `json:"message"`
	RequestID string `json:"request_id,omitempty"`
}

func (e *apiError) Error() string {
	return fmt.Sprintf("%s (%s, request %s)", e.Message, e.Code, e.RequestID)
}

// call sends body, if there is one, as JSON and decodes the answer into out.
// It returns an *apiError where the API answered with an error.
func (c *Client) call(ctx context.Context, method, path string, body, out any) error {
	token, err := c.Token(ctx)
	if err != nil {
		return fmt.Errorf("get the API's token: %w", err)
	}
	status, answer, err := c.send(ctx, method, path, token, body)
	if err != nil {
		return err
	}
	if status == http.StatusOK && json.Unmarshal(answer, out) == nil {
		return nil
	}
	var failure struct {
		Error     apiError `json:"error"`
		RequestID string   `json:"request_id"`
	}
	if err := json.Unmarshal(answer, &failure); err != nil || failure.Error.Code == "" {
		return c.stranger(status)
	}
	failure.Error.Status, failure.Error.RequestID = status, failure.RequestID
	return &failure.Error
}

func (c *Client) stranger(status int) error {
	return fmt.Errorf("what answers at %s (status %d) does not speak this sidecar's API", c.Address, status)
}

// send does one exchange, whatever the answer.
func (c *Client) send(ctx context.Context, method, path, token string, body any) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(c.Patience, patience))
	defer cancel()
	var encoded io.Reader = http.NoBody
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return 0, nil, fmt.Errorf("encode request: %w", err)
		}
		encoded = bytes.NewReader(b)
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://sidecar"+path, encoded)
	if err != nil {
		return 0, nil, fmt.Errorf("build request: %w", err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if c.Actor != "" {
		request.Header.Set("X-Hospital-Actor", c.Actor)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	// One connection a call, past any proxy, to the one address there is.
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, c.Network, c.Address)
	}}
	response, err := transport.RoundTrip(request)
	if errors.Is(err, context.DeadlineExceeded) { // it may well work
		return 0, nil, fmt.Errorf("the sidecar at %s has not answered in time: %w", c.Address, err)
	}
	if err != nil {
		return 0, nil, fmt.Errorf("no sidecar answers at %s: %w", c.Address, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, most))
	if err != nil {
		return 0, nil, fmt.Errorf("read the answer: %w", err)
	}
	return response.StatusCode, answer, nil
}
