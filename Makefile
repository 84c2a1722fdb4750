# `make` alone prints this list. SUITE chooses the Debian release the images stand on.
SUITE ?= trixie
# What trixie's full pass is followed by: the decisive tests on the others.
OTHERS := $(if $(filter trixie,$(SUITE)),bookworm sid valkey)
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
	@printf '%s\n' $(OTHERS) | xargs -r -P 2 -n 1 docker/build.sh

test: images ## every test: Go, scripts, SQL, PHPUnit in WordPress, the whole stack with a browser; on trixie in full
	go vet ./...
	HOSPITAL_SUITE=$(SUITE) go test -p 1 -count 1 -timeout 30m ./...
	$(if $(OTHERS),e2e/matrix.sh --short)

fuzz-wordpress: images ## WordPress with the plugin against WordPress without, SECONDS=n [SEED=s]; says what it did
	HOSPITAL_SUITE=$(SUITE) go test -count 1 -v -timeout 0 -run TestFuzz ./e2e/differential -seconds $(or $(SECONDS),60) -seed $(or $(SEED),0)

test-short: ## the tests that need nothing but Go
	go vet ./...
	go test -short ./...

matrix: ## every combination in full: trixie, bookworm, sid (real MySQL), Valkey, single site and network; ONLY=names
	@$(MAKE) --no-print-directory images SUITE=trixie
	@e2e/matrix.sh $(ONLY)

model: ## explore the protocol's larger scenarios (minutes, and some gigabytes)
	go test -count 1 -v -timeout 60m ./e2e/model -model.large

faults: images ## break the stack while it is written to: make faults SECONDS=600 SEED=7 [FSYNC=everysec]
	HOSPITAL_SUITE=$(SUITE) go test -count 1 -v -timeout $$(( $(or $(SECONDS),300) + 1200 ))s -run 'TestCampaign$$' ./e2e/faults -faults.seconds $(or $(SECONDS),300) -faults.seed $(or $(SEED),1) -faults.fsync $(or $(FSYNC),always)

mutants: images ## weaken rules of the product in turn: the faults' checker must find the harm
	HOSPITAL_SUITE=$(SUITE) go test -count 1 -v -timeout 30m -run 'Mutants$$' ./e2e/faults -faults.mutants

crashpoints: images ## kill a sidecar before and after every script and statement that it sends, PHP around each step of its take-over
	HOSPITAL_SUITE=$(SUITE) go test -count 1 -v -timeout 30m -run 'TestCrashPoints$$' ./e2e/faults -faults.crashpoints -faults.seed $(or $(SEED),1)

bench: bench-images ## measure it beside plain WordPress and the guide's way: table, figures, charts (a quarter of an hour or more; a quiet machine)
	go test -count 1 -v -timeout 45m -run 'TestBench$$' ./e2e/bench -table -out results $(BENCH)

bench-quick: bench-images ## the same in two minutes, for a first look; fails on counts, never on time
	go test -p 1 -count 1 -run 'TestRoundTrips|TestStatements|TestAllocations' ./sidecar/...
	go test -count 1 -v -timeout 10m -run 'TestBench$$' ./e2e/bench -table -quick -out $(CURDIR)/dist/bench-quick $(BENCH)

bench-readme: ## README's performance section and the charts' check, from the figures of the last `make bench`
	go test -count 1 -run TestReadme ./e2e/bench -update

profile: bench-images ## where the time of an update goes: dist/profile/ gets CPU and allocation profiles of the sidecar under load
	go test -count 1 -v -timeout 10m -run TestProfile ./e2e/bench -profile -out $(CURDIR)/dist/profile

bench-go: ## Go benchmarks of the sidecar's hot functions, with allocations
	go test -run '^$$' -bench . -benchmem ./sidecar/...

bench-images: images
	@docker/build.sh bench

dist: ## dist/: the plugin as a zip that WordPress installs, and the sidecar as a static binary
	mkdir -p dist
	git archive --format zip --prefix hospital-appointments-redis/ -o dist/hospital-appointments-redis.zip HEAD:wp-plugin/hospital-appointments-redis
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o dist/hospital-sidecar ./sidecar
	@ls -l dist

.PHONY: help demo down images test fuzz-wordpress test-short matrix model faults mutants crashpoints bench bench-quick bench-readme profile bench-go bench-images dist
