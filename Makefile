# `make` alone prints this list. SUITE chooses the Debian release the images stand on.
SUITE ?= trixie
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## a real WordPress with the plugin does the main job; says what it did and where to log in
	@go run ./e2e/demo

down: ## stop the demo and delete its data
	@test ! -e docker/.env || docker/compose.sh down -v --remove-orphans

images: ## build what is not built yet (a second run takes seconds)
	@docker/build.sh $(SUITE) sidecar browser

test: images ## every test: Go, scripts, SQL, PHPUnit in WordPress, the whole stack with a browser
	go vet ./...
	HOSPITAL_SUITE=$(SUITE) go test -p 1 -count 1 -timeout 30m ./...

test-short: ## the tests that need nothing but Go
	go vet ./...
	go test -short ./...

.PHONY: help demo down images test test-short
