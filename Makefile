# `make demo` and `make test` set up what is missing, then do what they say. Everything else is for daily work.
TARGET := $(or $(CARGO_TARGET_DIR),target)
# Which build is used: `release`, or `debug`, which the tests make anyway and which checks more.
BINARY := release
SOHOA := $(TARGET)/$(BINARY)/sohoa
DEMO_HOME := demo-home
export OMP_THREAD_LIMIT := 1

.PHONY: demo test test-web lint unit docs bench fuzz crash mutations tamperings stacks few-stacks barcodes audit samples release setup clean

demo: setup release
	@sh config/demo.sh $(SOHOA) $(DEMO_HOME)

test: setup-test lint unit docs
	$(MAKE) judges api-judge few-stacks test-web BINARY=debug
	@echo "all tests passed"

setup:
	@sh config/setup.sh run

.PHONY: setup-test judges
setup-test:
	@sh config/setup.sh test

release:
	cargo build --release --locked -p sohoa-cli

.PHONY: debug
debug:
	cargo test --workspace --locked --no-run --quiet

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

unit:
	cargo test --workspace --locked

docs:
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet

judges:
	sh tests/judges/self-test.sh

# Every operation of the API, asked with a token of each role: no answer is 5xx or other than described.
.PHONY: api-judge
api-judge: setup-test $(BINARY)
	.venv/bin/python tests/judges/api.py --sohoa $(abspath $(SOHOA))

# The screens in a real browser, by mouse and by keyboard alone. With SHOTS=folder it leaves a picture of each there.
WEB_SPECS := $(basename $(basename $(notdir $(wildcard tests/web/specs/*.test.js))))
test-web: $(BINARY)
	@sh config/setup.sh web
	SOHOA=$(abspath $(SOHOA)) node --test $(WEB_SPECS:%=tests/web/specs/%.test.js)

# The pictures of the user guides, made anew from what the browser tests see.
.PHONY: guide
guide:
	mkdir -p $(TARGET)/shots
	SHOTS=$(abspath $(TARGET)/shots) $(MAKE) test-web
	.venv/bin/python tests/web/guide.py $(TARGET)/shots docs/images/guide

bench: setup release
	python3 tests/bench/bench.py $(SOHOA) --profile
	python3 tests/bench/register.py $(SOHOA)
	$(MAKE) bench-coverage
	$(MAKE) barcodes STACKS=40

# Coverage of a register of a million dossiers with three and a half million documents, in a home of its own.
BENCH_DIR := $(TARGET)/bench-register
BENCH_DOSSIERS := 1000000
.PHONY: bench-coverage
bench-coverage: release
	cargo build --release --locked -p sohoa-cli -p sohoa-store --bin sohoa --example fill
	[ -f $(BENCH_DIR)/home/sohoa.db ] || { rm -rf $(BENCH_DIR) && mkdir -p $(BENCH_DIR) && \
		python3 tests/generator/big_register.py $(BENCH_DIR)/register.csv --dossiers $(BENCH_DOSSIERS) && \
		$(SOHOA) --home $(BENCH_DIR)/home init && $(SOHOA) --home $(BENCH_DIR)/home register import $(BENCH_DIR)/register.csv; }
	python3 tests/bench/coverage.py $(SOHOA) $(BENCH_DIR)/home --fill $(TARGET)/release/examples/fill

# Searches and pages over HTTP on a register of a million dossiers with a million pages of text, in a home of its own.
SEARCH_DIR := $(TARGET)/bench-search
.PHONY: bench-search
bench-search: release
	cargo build --release --locked -p sohoa-cli -p sohoa-store --bin sohoa --example fill
	[ -f $(SEARCH_DIR)/home/sohoa.db ] || { rm -rf $(SEARCH_DIR) && mkdir -p $(SEARCH_DIR) && \
		python3 tests/generator/big_register.py $(SEARCH_DIR)/register.csv --dossiers $(BENCH_DOSSIERS) && \
		$(SOHOA) --home $(SEARCH_DIR)/home init && $(SOHOA) --home $(SEARCH_DIR)/home register import $(SEARCH_DIR)/register.csv; }
	python3 tests/bench/search.py $(SOHOA) $(SEARCH_DIR)/home --fill $(TARGET)/release/examples/fill

# Each target for so many seconds, on one core. What it finds is kept in tests/fuzz/artifacts.
FUZZ_SECONDS := 900
FUZZ := model lines page image pdf text
# Longest input of a target, bytes.
FUZZ_LEN_image := 32768
FUZZ_LEN_pdf := 65536
fuzz: $(FUZZ:%=fuzz-%)

.PHONY: fuzz-seeds $(FUZZ:%=fuzz-%)
fuzz-seeds:
	@sh config/setup.sh fuzz
	rm -rf tests/fuzz/nasty && mkdir tests/fuzz/nasty
	python3 tests/generator/nasty.py tests/fuzz/nasty tests/fuzz/nasty.json
	cargo run -q --release --locked --manifest-path tests/fuzz/Cargo.toml --example seeds tests/fuzz/corpus \
		tests/fuzz/nasty samples

# Scratch files lie in memory where there is such a folder.
$(FUZZ:%=fuzz-%): fuzz-%: fuzz-seeds
	TMPDIR=$$([ -w /dev/shm ] && echo /dev/shm || echo /tmp) \
		cargo fuzz run --sanitizer none --fuzz-dir tests/fuzz $* -- -max_total_time=$(FUZZ_SECONDS) \
		-max_len=$(or $(FUZZ_LEN_$*),16384) -timeout=10 -rss_limit_mb=1024 -print_final_stats=1

# Kills the whole process tree this often while this many files come in; then the same with the real recognizer.
CRASH_KILLS := 300
CRASH_FILES := 220
crash: setup-test
	SOHOA_CRASH_KILLS=$(CRASH_KILLS) SOHOA_CRASH_FILES=$(CRASH_FILES) \
		cargo test --locked -p sohoa-cli --test sohoa crash -- --nocapture
	SOHOA_CRASH_KILLS=24 SOHOA_CRASH_FILES=24 SOHOA_CRASH_ENGINE=sohoa \
		cargo test --locked -p sohoa-cli --test sohoa crash -- --nocapture

# So many random corruptions of a small store, each to be found by verification.
MUTATIONS := 1000
mutations:
	SOHOA_MUTATIONS=$(MUTATIONS) cargo test --release --locked -p sohoa-report random_corruptions -- --nocapture

# So many random tamperings with certificates, proofs, register snapshots and packages, each to be found by both verifiers.
TAMPERINGS := 5000
tamperings: setup-test
	SOHOA_TAMPERINGS=$(TAMPERINGS) cargo test --locked -p sohoa-cli --test sohoa every_tampering -- --nocapture

# So many generated stacks, every kind among the first fifteen: made, imported, and each page judged by the truth.
STACKS := 400
STACKS_SEED := 2
# Percent of the pages in office range that have to be right; none may be wrong or lost.
STACKS_RIGHT := 99
STACKS_DIR := $(TARGET)/stacks
stacks: $(BINARY)
	sh config/setup.sh samples
	rm -rf $(STACKS_DIR)
	.venv/bin/python tests/generator/stacks.py $(STACKS_DIR) --sohoa $(SOHOA) --seed $(STACKS_SEED) --count $(STACKS)
	$(SOHOA) --home $(STACKS_DIR)/home init
	$(SOHOA) --home $(STACKS_DIR)/home register import $(STACKS_DIR)/register.csv
	$(SOHOA) --home $(STACKS_DIR)/home ingest $(STACKS_DIR)/scans --wait || [ $$? -eq 1 ]
	python3 tests/judges/stacks.py $(STACKS_DIR) --sohoa $(SOHOA) --home $(STACKS_DIR)/home --show --min-right $(STACKS_RIGHT)

# So few that one doubtful page is several percent.
few-stacks:
	$(MAKE) stacks STACKS=15 STACKS_SEED=1 STACKS_RIGHT=90

# How many barcodes of such stacks are read, and what the pass costs.
barcodes: stacks
	cargo build --release --locked -p sohoa-barcode --example read
	python3 tests/judges/barcodes.py $(STACKS_DIR) --reader $(TARGET)/release/examples/read --failures

audit:
	@command -v cargo-deny >/dev/null || cargo install --locked cargo-deny
	cargo deny check bans licenses sources

samples: setup
	sh config/setup.sh samples
	.venv/bin/python tests/generator/samples.py

clean:
	rm -rf $(DEMO_HOME)
	cargo clean
