.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: test-short ## every test

test-short: ## the tests that need nothing but Go
	go vet ./...
	go test -short ./...

.PHONY: help test test-short
