# Targets of opc-image. "make help" lists them.

GO        ?= go
BIN       := bin/opc-image
FUZZTIME  ?= 5s
# The base: which Kubernetes, for what, and its name.
KUBE      ?= 1.36
PLATFORM  ?= linux/$(shell $(GO) env GOARCH)
SUFFIX    := -$(subst /,-,$(PLATFORM))
# One for another architecture has a name of its own beside the one for this.
BASE      ?= localhost/opc/base:v0.1.0-kube$(KUBE)$(if $(filter linux/$(shell $(GO) env GOARCH),$(PLATFORM)),,$(SUFFIX))
# Modules of their own, so that what only tests need is not in our go.mod.
MODULES   := $(patsubst %/go.mod,%,$(wildcard test/*/go.mod))

export CGO_ENABLED ?= 0

.DEFAULT_GOAL := help
.PHONY: help run build base e2e e2e-full test race bench lint fmt generate fuzz-short clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## rehearse the full profile: build, push, verify, show (no network needed)
	$(BIN) rehearse full

build: ## compile bin/opc-image
	$(GO) build -trimpath -ldflags '-s -w' -o $(BIN) ./cmd/opc-image

base: build ## compile Kubernetes and all else of the base and bake it (KUBE=1.37, PLATFORM=linux/arm64): dist/base-1.36-linux-amd64.tar
	@mkdir -p dist
	$(BIN) build base --from source --progress plain --build-arg KUBE_VERSION=$(KUBE) --build-arg CNI=none --platform $(PLATFORM) \
		--lock dist/base-$(KUBE)$(SUFFIX).opc.lock -t $(BASE)
	$(BIN) save $(BASE) -o dist/base-$(KUBE)$(SUFFIX).tar
	$(BIN) verify --machines $(BASE)

ARCHIVE   := dist/base-$(KUBE)$(SUFFIX).tar

$(ARCHIVE):
	$(MAKE) base

e2e: $(ARCHIVE) ## boot the base on hosts of its own, as root (STORY=name,name or all; KUBE=1.37; TO=the archive that the story upgrade goes to; "bin/e2e -list")
	$(GO) build -o bin/e2e ./test/e2e
	$(GO) build -trimpath -ldflags '-s -w' -o bin/e2e-pod ./test/e2e/pod
	bin/e2e -image $(ARCHIVE) $(if $(TO),-to $(TO)) $(if $(STORY),-story $(STORY))

e2e-full: $(ARCHIVE) ## launch all of the catalog on the base, with the real charts of CHARTS=DIR; as root (ONLY=name,name); docs/admitted.md
	$(GO) build -o bin/e2e ./test/e2e
	$(GO) build -trimpath -ldflags '-s -w' -o bin/e2e-pod ./test/e2e/pod
	@failed=0; bin/e2e full -image $(ARCHIVE) -charts "$(CHARTS)" -record testdata/proof/cluster.yaml $(if $(ONLY),-only $(ONLY)) || failed=$$?; \
	$(GO) generate ./internal/cli && exit $$failed

test: ## run all tests
	$(GO) vet ./...
	$(GO) test ./...
	@set -e; for m in $(MODULES); do \
		echo "== module $$m"; (cd $$m && $(GO) vet ./... && $(GO) test ./...); \
	done

race: ## run the tests with the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race ./...

bench: build ## measure against a yardstick and other tools (SMALL=1: within a minute)
	$(GO) build -o bin/bench ./test/bench
	bin/bench -program $(BIN) $(if $(SMALL),-scale 0.03 -repeat 1 -tools crane)

lint: ## check format, vet and shell scripts
	@unformatted=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); \
	if [ -n "$$unformatted" ]; then echo "not formatted (run make fmt):"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	@if command -v shellcheck >/dev/null; then \
		shellcheck .ci/run $$(git ls-files -co --exclude-standard '*.sh'); \
	else echo "shellcheck is not installed: shell scripts were not checked"; fi

fmt: ## format the Go files
	gofmt -w $$(git ls-files -co --exclude-standard '*.go')

generate: ## write generated files anew
	$(GO) generate ./...

fuzz-short: ## fuzz every target for a few seconds (FUZZTIME=5s)
	@set -e; for p in $$(grep -rl --include='*_test.go' '^func Fuzz' cmd internal pkg | xargs -r -n1 dirname | sort -u); do \
		for f in $$($(GO) test -list '^Fuzz' ./$$p | grep '^Fuzz'); do \
			echo "== $$p $$f"; \
			$(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) ./$$p; \
		done; \
	done

clean: ## remove what make made
	rm -rf bin dist
