// Command empty is the same Echo server as the sidecar's, with a handler that
// reads the body and answers with nothing: what the bench holds the sidecar to.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/labstack/echo/v4"
)

func main() {
	e := echo.New()
	e.POST("/v1/write", func(c echo.Context) error {
		if _, err := io.Copy(io.Discard, c.Request().Body); err != nil {
			return err
		}
		return c.NoContent(http.StatusOK)
	})
	server := &http.Server{Addr: os.Args[1], Handler: e}
	fmt.Fprintln(os.Stderr, server.ListenAndServe())
	os.Exit(1)
}
