package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// generator sends requests that were written beforehand over kept-alive
// connections, and reads the answers. It is no HTTP client: it should cost less
// than what it measures.
type generator struct {
	network, address string
	connections      int
	// request is the whole request number n of a connection.
	request func(connection, n int) []byte
}

// rate sends for as long as given; requests a second, and the µs of each.
func (g generator) rate(t testing.TB, d time.Duration) (perSecond float64, took []float64) {
	t.Helper()
	all := make([][]float64, g.connections)
	var group errgroup.Group
	began := time.Now()
	for i := range g.connections {
		group.Go(func() error {
			conn, err := net.Dial(g.network, g.address)
			if err != nil {
				return err
			}
			defer conn.Close()
			if err := conn.SetDeadline(began.Add(d + 20*time.Second)); err != nil {
				return err
			}
			in := bufio.NewReaderSize(conn, 64<<10)
			for n := 0; time.Since(began) < d; n++ {
				sent := time.Now()
				if _, err := conn.Write(g.request(i, n)); err != nil {
					return err
				}
				if err := answer(in); err != nil {
					return err
				}
				all[i] = append(all[i], float64(time.Since(sent).Microseconds()))
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	seconds := time.Since(began).Seconds()
	for _, each := range all {
		took = append(took, each...)
	}
	return float64(len(took)) / seconds, took
}

// answer reads one answer, which must be 200 and say how long it is.
func answer(in *bufio.Reader) error {
	status, err := in.ReadSlice('\n')
	if err != nil {
		return err
	}
	ok := strings.Contains(string(status), " 200 ")
	length := 0
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			break
		}
		if name, value, found := strings.Cut(string(line), ":"); found && strings.EqualFold(name, "Content-Length") {
			if _, err := fmt.Sscan(value, &length); err != nil {
				return err
			}
		}
	}
	if !ok {
		body, _ := io.ReadAll(io.LimitReader(in, int64(length)))
		return fmt.Errorf("answer: %s", body)
	}
	_, err = in.Discard(length)
	return err
}

// writeRequest is POST /v1/write with these operations, as the plugin sends it.
func (r run) writeRequest(operations string) []byte {
	body := `{"ops":[` + operations + `]}`
	return fmt.Appendf(nil, "POST /v1/write?blog=1 HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\nX-Request-Id: 0123456789abcdef01234567\r\nContent-Length: %d\r\n\r\n%s",
		r.Token, len(body), body)
}

// operation is one operation of such a request.
func operation(post, n int) string {
	return fmt.Sprintf(`{"post":%d,"type":"%s","key":"status","value":"confirmed-%d","row":"pending"}`, post, offloaded, n)
}

// listens checks that somebody does.
func listens(address string) func(context.Context) error {
	return func(ctx context.Context) error {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err == nil {
			err = conn.Close()
		}
		return err
	}
}
