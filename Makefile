# What one does here, by name. Every target sets up what it needs (scripts/setup), does nothing twice, and says in one
# line what it is doing. `make help` lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help

ROOT := $(CURDIR)
TOOLS := $(or $(HOOKLENS_TOOLS),$(ROOT)/.tools)
CARGO_BIN := $(or $(CARGO_HOME),$(HOME)/.cargo)/bin
export PATH := $(TOOLS)/bin:$(ROOT)/node_modules/.bin:$(PATH):$(CARGO_BIN)

# The binary is left here even where CARGO_TARGET_DIR puts cargo's own files elsewhere.
BINARY := target/release/hooklens
BUILT := $(or $(CARGO_TARGET_DIR),target)/release/hooklens
WASM := --target wasm32-unknown-unknown
# What the page is made of: a change to one of these builds it again.
PAGE := $(shell find app model/src model/Cargo.toml style public -type f 2>/dev/null) \
        Cargo.toml Cargo.lock .cargo/config.toml scripts/page.mjs package-lock.json
ARGS ?=
# CUDA=1 builds for NVIDIA GPUs too; needs nvcc, of NVIDIA's CUDA toolkit, in PATH
CUDA ?=
FEATURES := $(if $(CUDA),--features cuda)

define say
@printf '==> %s\n' "$(1)"
endef

.PHONY: help
help: ## list the targets
	@printf 'hooklens: make TARGET\n\n'
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  \1\t\2/p' Makefile | expand -t 16

.PHONY: run
run: build ## build everything and serve the page on the bundled model (ARGS="--port 8000 --models DIR", CUDA=1)
	$(call say,serving the page; Ctrl-C ends it)
	@exec $(BINARY) serve $(ARGS)

.PHONY: build
build: dist/index.html ## leave target/release/hooklens with the page inside
	$(call say,building the server with the page inside (release))
	@cargo build --release --locked -p server $(FEATURES)
	@[ $(BUILT) -ef $(BINARY) ] || install -D $(BUILT) $(BINARY)

.PHONY: page
page: dist/index.html ## build only the page, into dist/

dist/index.html: $(PAGE)
	@scripts/setup rust wasm page
	$(call say,building the page (WebAssembly, release))
	@scripts/with-wasm node scripts/page.mjs

.PHONY: test
test: check doc-test app-test browser-test native-test ## everything CI runs
	$(call say,all checks and tests passed)

.PHONY: check
check: setup-checks format lint doc deny ## formatting, lints, docs, licences

.PHONY: setup-checks
setup-checks:
	@scripts/setup rust wasm page checks

.PHONY: format
format:
	$(call say,checking the formatting)
	@cargo fmt --all --check

.PHONY: lint
lint:
	$(call say,linting the native crates)
	@cargo clippy --locked --all-targets -- -D warnings
	@cargo clippy --locked -p bench --all-targets -- -D warnings
	@if command -v nvcc >/dev/null; then \
	  printf '==> linting the build for GPUs\n'; cargo clippy --locked --all-targets --features cuda -- -D warnings; \
	else printf '==> no nvcc here: the build for GPUs was not checked\n'; fi
	$(call say,linting the page for the host and for WebAssembly)
	@cargo clippy --locked -p app --all-targets -- -D warnings
	@scripts/with-wasm cargo clippy --locked -p app $(WASM) -- -D warnings

.PHONY: doc
doc:
	$(call say,building the documentation)
	@RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items
	@RUSTDOCFLAGS="-D warnings" scripts/with-wasm cargo doc --locked --no-deps --document-private-items -p app $(WASM)

.PHONY: deny
deny:
	$(call say,checking licences and sources of the dependencies)
	@cargo deny --locked check bans licenses sources
	@if timeout 60 cargo deny fetch db >/dev/null 2>&1; then \
	  printf '==> checking for known vulnerabilities\n'; cargo deny --locked check advisories; \
	else printf '==> the advisory database is out of reach: known vulnerabilities were not checked\n'; fi

.PHONY: doc-test
doc-test: setup-checks
	$(call say,running the examples of the documentation)
	@cargo test --locked --doc --quiet

.PHONY: app-test
app-test: setup-checks ## the page's own tests, on the host
	$(call say,testing the page's logic on the host)
	@cargo nextest run --locked -p app

.PHONY: native-test
native-test: setup-checks ## model, server, parity and invariants (CUDA=1: parity on the GPU)
	$(call say,testing model and server)
	@cargo nextest run --locked $(FEATURES)

# Its threads share a step by documents, so candle's own operations are to use one each; and the memory of one step is kept
# for the next.
DEMO ?= target/demo-model
.PHONY: demo-model
demo-model: ## train the bundled models by the recipe, into target/demo-model (an hour and more)
	@scripts/setup rust
	$(call say,training into $(DEMO); where it is interrupted it goes on)
	@RAYON_NUM_THREADS=1 MALLOC_MMAP_THRESHOLD_=4000000000 MALLOC_TRIM_THRESHOLD_=4000000000 \
	  cargo run --release --locked -p model --features train --example demo_model -- $(DEMO) $(ARGS)

.PHONY: browser-test
browser-test: build ## the page in real Chromium, with WebGPU and without
	@scripts/setup chromium
	$(call say,testing the page in Chromium)
	@node --test --test-reporter=spec tests/browser/*.test.js
