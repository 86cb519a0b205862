# Postern. `make run` builds and starts it, `make test` tests all of it. Build output lives outside the tree.

CACHE ?= $(HOME)/.cache/postern
export POSTERN_CACHE := $(CACHE)
export CARGO_TARGET_DIR ?= $(CACHE)/target
export LEPTOS_SITE_ROOT ?= $(CARGO_TARGET_DIR)/site
export LEPTOS_OUTPUT_NAME := postern
# Component types are erased: the pages compile in a fraction of the time and are a third smaller. One set of flags for
# every build, so that dependencies are compiled once.
export RUSTFLAGS := $(strip $(filter-out --cfg erase_components,$(RUSTFLAGS)) --cfg erase_components)
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1
CARGO_BIN := $(or $(CARGO_HOME),$(HOME)/.cargo)/bin
DEBIAN_RUST := $(if $(wildcard $(CACHE)/use-debian-rust),/usr/bin:,)
export PATH := $(CURDIR)/node_modules/.bin:$(DEBIAN_RUST)$(CARGO_BIN):$(PATH)

DATA ?= $(CURDIR)/data
POSTERN := $(CARGO_TARGET_DIR)/release/postern
DEBUG_POSTERN := $(CARGO_TARGET_DIR)/debug/postern

.PHONY: run build dev test test-rust test-api test-web lint kills bench setup clean

## Builds the release and starts it on the embedded default. DEMO=1: with sample mail, a sink and a demo account.
run: build
	@exec scripts/run.sh

# Incremental in the release too: a change of our code is built in under a minute instead of six, and runs as fast.
build: export CARGO_INCREMENTAL := 1
build:
	@scripts/setup.sh run
	@cargo leptos build --release --split --precompress
	@node scripts/wasm-loads.mjs $(LEPTOS_SITE_ROOT)/pkg/*.wasm

## Rebuilds on change.
dev:
	@scripts/setup.sh run
	cargo leptos watch --split

setup:
	@scripts/setup.sh test

# The pages for the browser (frontend) are built apart: together with the server they would be compiled for both at once.
OURS := --workspace --exclude frontend

lint:
	@scripts/setup.sh test
	cargo fmt --all --check
	cargo clippy $(OURS) --all-targets --quiet -- -D warnings
	cargo clippy --package frontend --target wasm32-unknown-unknown --quiet -- -D warnings
	cargo deny --log-level error --offline check bans licenses sources

## Everything: lint, unit, contract, protocol, API and browser tests.
test: lint test-rust test-api test-web

test-rust:
	@scripts/setup.sh test
	cargo nextest run $(OURS) --no-fail-fast

## The running API against its document: generated requests, and a generated client.
test-api:
	@scripts/setup.sh test
	cargo build $(OURS) --bin postern
	POSTERN_BIN=$(DEBUG_POSTERN) scripts/schemathesis.sh
	POSTERN_BIN=$(DEBUG_POSTERN) scripts/generated_client.sh

test-web:
	@scripts/setup.sh test
	cargo build $(OURS) --bin postern
	cargo leptos build --frontend-only --split
	node scripts/wasm-loads.mjs --as-release $$(ls -S $(LEPTOS_SITE_ROOT)/pkg/*.wasm | head -3)
	POSTERN_BIN=$(DEBUG_POSTERN) npx playwright test --config end2end/playwright.config.ts

## kill -9 at random moments under load in both directions, and the account of every message: make kills KILLS=1000
kills: export POSTERN_KILLS = $(or $(KILLS),100)
kills:
	@scripts/setup.sh test
	cargo nextest run $(OURS) --no-capture -E 'test(no_accepted_message_is_lost_by_kills)'

bench: build
	@scripts/setup.sh bench
	python3 -B scripts/bench

clean:
	cargo clean
