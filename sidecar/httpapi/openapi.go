package httpapi

import (
	_ "embed"
	"net/http"

	"github.com/labstack/echo/v4"
)

// openapi describes the API. Tests hold it to the routes and to the golden
// exchanges.
//
//go:embed openapi.yaml
var openapi []byte

func describe(web echo.Context) error { return web.Blob(http.StatusOK, "application/yaml", openapi) }
