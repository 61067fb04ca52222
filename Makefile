# The menu. `make` prints it; each line of it is the text behind `##`.

PORT ?= 8000
# The tests and the lints see the switches of decision 0006; `run` and the image do not.
TESTED := --features nexus/sabotage

.DEFAULT_GOAL := help
# What `make bench` measures in a way of its own: `make bench placement`.
MEASURED := placement memory storm
.PHONY: help run web web-test story test check fix bench $(MEASURED) fuzz chaos prove openapi \
	schemathesis reset

help: ## this menu
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

run: ## the shop with demo goods, payment simulator and mailbox; PORT=8000, ctrl-c stops it
	@scripts/setup
	@scripts/web --if-possible
	cargo build -p nexus -p chapa -p mail-catcher
	@exec target/debug/nexus demo --port $(PORT)

web: ## the dashboard and the demo shop; needs Node.js 20.19 or newer
	@scripts/web

web-test: web ## journeys through the pages in Chromium, against the whole shop
	@scripts/setup web-test
	cargo build -p nexus -p chapa -p mail-catcher
	NEXUS_WEB_BUILT=1 cargo test -p nexus --lib pages
	cd web && npm test --silent && npm run --silent journeys -- $(ARGS)

story: ## one sale from cart to refund, told request by request, against the running demo
	@cargo run -q -p nexus -- story

test: check ## everything: check, then every test, then the API against its own contract
	@scripts/setup test
	cargo build --workspace --bins $(TESTED)
	cargo test --workspace $(TESTED)
	NEXUS_TEST_REDIS=off cargo test -p nexus $(TESTED) --test it -- story accounts:: cart:: orders::
	$(MAKE) --no-print-directory schemathesis

check: ## format, lints, architecture
	cargo fmt --all --check
	cargo test -q -p tidy
	cargo clippy --workspace --all-targets $(TESTED) -- -D warnings

fix: ## format, and repair what clippy can
	cargo clippy --fix --allow-dirty --allow-staged --workspace --all-targets $(TESTED)
	cargo fmt --all

bench: ## against bare SQL; `bench placement`, `bench memory`, `bench storm`; ARGS=--help; ORDERS=1000000: the books
	cargo build --release -p nexus -p bench -p chapa
	@exec target/release/bench $(filter $(MEASURED),$(MAKECMDGOALS)) $(if $(ORDERS),--books $(ORDERS)) $(ARGS)

$(MEASURED): bench
	@:

fuzz: ## the parsers, against generated input; SECONDS=600 each; docs/fuzzing.md
	@SECONDS=$(or $(SECONDS),600) scripts/fuzz $(TARGETS)

chaos: ## 300 kills at random moments while people buy and get money back; KILLS=, SEED= repeats
	@scripts/setup test
	cargo build -p nexus -p chapa -p mail-catcher $(TESTED)
	CHAOS_KILLS=$(or $(KILLS),300) CHAOS_SEED=$(or $(SEED),$$(date +%s)) \
		cargo test -p nexus $(TESTED) --test it -- --nocapture random_kills

prove: ## the shop attacks itself, and counts; SEEDS=20, UNITS=500, BUYERS=5000, KILLS=20, FIRST=1
	@scripts/setup test
	cargo build -p nexus -p chapa -p mail-catcher $(TESTED)
	@first=$(or $(FIRST),1); last=$$(($$first + $(or $(SEEDS),20) - 1)); \
	for seed in $$(seq $$first $$last); do \
		target/debug/nexus prove --units $(or $(UNITS),500) --buyers $(or $(BUYERS),5000) \
			--kills $(or $(KILLS),20) --seed $$seed || exit 1; \
	done

openapi: ## write openapi.json anew from the code
	cargo run -q -p nexus -- openapi > openapi.json.new
	mv openapi.json.new openapi.json

schemathesis: ## thousands of generated requests against the API, held against openapi.json
	@scripts/schemathesis

reset: ## remove ./var, the demo's data (asks first; YES=1 does not)
	@if [ "$(YES)" != 1 ]; then \
		printf 'Remove ./var, with the demo shop and its database? [y/N] '; \
		read -r answer; [ "$$answer" = y ] || { echo 'kept'; exit 1; }; \
	fi; rm -rf var && echo 'removed ./var'
