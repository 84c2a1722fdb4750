# `make` alone prints this list. SUITE chooses the Debian release the images stand on.
SUITE ?= trixie
SECONDS ?= 300
SEED ?= 1
VERSION := $(shell git describe --tags --always 2>/dev/null || echo dev)
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

matrix: ## every test on each Debian release: trixie, bookworm, sid (real MySQL)
	@for suite in trixie bookworm sid; do echo "== $$suite"; $(MAKE) --no-print-directory test SUITE=$$suite || exit 1; done

model: ## explore the protocol's larger scenarios (minutes, and some gigabytes)
	go test -count 1 -v -timeout 60m ./e2e/model -model.large

faults: images ## break the stack while it is written to: make faults SECONDS=600 SEED=7
	HOSPITAL_SUITE=$(SUITE) go test -count 1 -v -timeout $$(( $(SECONDS) + 1200 ))s -run 'TestCampaign$$' ./e2e/faults -faults.seconds $(SECONDS) -faults.seed $(SEED)

mutants: images ## weaken rules of the product in turn: the faults' checker must find the harm
	HOSPITAL_SUITE=$(SUITE) go test -count 1 -v -timeout 30m -run 'TestMutants$$' ./e2e/faults -faults.mutants

crashpoints: images ## kill a sidecar before and after every script and statement that it sends
	HOSPITAL_SUITE=$(SUITE) go test -count 1 -v -timeout 30m -run 'TestCrashPoints$$' ./e2e/faults -faults.crashpoints -faults.seed $(SEED)

bench: ## Go benchmarks of the sidecar's hot functions, with allocations
	go test -run '^$$' -bench . -benchmem ./sidecar/...

dist: ## dist/: the plugin as a zip that WordPress installs, and the sidecar as a static binary
	mkdir -p dist
	git archive --format zip --prefix hospital-appointments-redis/ -o dist/hospital-appointments-redis.zip HEAD:wp-plugin/hospital-appointments-redis
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o dist/hospital-sidecar ./sidecar
	@ls -l dist

.PHONY: help demo down images test test-short matrix model faults mutants crashpoints bench dist
