# The two commands that matter: `make run` needs Go only, `make test` installs all the rest by itself.
# The version comes from the build information that Go stamps, so no linker flags carry it.

BINARY   := bin/cinode-scim
E2E      := ./cmd/cinode-scim/... ./internal/web/...
FUZZTIME ?= 30s
ARGS     ?=

.DEFAULT_GOAL := help
.PHONY: help run demo build test lint fuzz bench cover screenshots

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

run: build ## Build and serve with the embedded database (ARGS="--listen :8080" passes flags on)
	@exec $(BINARY) $(ARGS)

demo: build ## Start a server in memory, let a simulated JumpCloud provision into it, and show the result
	@$(BINARY) demo $(ARGS)

build: ## Build the static binary into bin/
	@CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o $(BINARY) ./cmd/cinode-scim

# With -race, whatever does not wait for a browser or another process. Two libraries that only compute are not
# watched themselves: SQLite, translated from C, and Argon2 would take five times as long as all the rest.
RACE := -race -gcflags='modernc.org/sqlite/lib=-race=false -d=checkptr=0' -gcflags=golang.org/x/crypto/argon2=-race=false

test: ## Install what the tests need, then run all of them (ours with -race)
	.ci/setup
	CGO_ENABLED=1 go test $(RACE) -timeout 20m $$(go list ./... | grep -v -e '/cmd/cinode-scim' -e '/internal/web')
	CGO_ENABLED=0 go test -timeout 20m $(E2E)

lint: ## go vet, gofmt and golangci-lint
	go vet ./...
	@bad=$$(gofmt -l $(wildcard cmd internal migrations api)); \
		if [ -n "$$bad" ]; then echo "gofmt -w is needed for:"; echo "$$bad"; exit 1; fi
	@tool=$$(.ci/golangci-lint) && echo "$$tool run" && "$$tool" run

fuzz: ## Run every fuzz test for FUZZTIME (30s) each
	@grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' internal | sort | while IFS=: read -r file name; do \
		go test -run '^$$' -fuzz "^$${name#func }\$$" -fuzztime $(FUZZTIME) "./$${file%/*}" || exit 1; \
	done

bench: ## Measure the server (ARGS passes flags on to internal/bench)
	go run ./internal/bench $(ARGS)

cover: ## Run all tests with coverage and print the total
	.ci/setup
	@mkdir -p bin
	go test -timeout 20m -coverpkg=./... -coverprofile=bin/cover.out ./...
	@go tool cover -func=bin/cover.out | tail -n 1

screenshots: ## Take the pictures of the pages that the README shows, into docs/
	.ci/setup
	@mkdir -p docs
	CINODE_SCIM_PICTURES=$(CURDIR)/docs go test -count=1 -run '^TestPictures$$' ./internal/web
