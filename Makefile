# Everything that a contributor runs; `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MANIFEST := --manifest-path core-rs/Cargo.toml
RUST := $(shell find core-rs -name '*.rs' -o -name '*.toml' -not -path '*/target/*' 2>/dev/null) \
	$(wildcard firmware_bridge/dialect/*.xml)

.PHONY: help demo firmware test test-data soak check bench format install-c header clean counts

help:  ## this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --group dev matplotlib numpy pyserial rich typer "tomli; python_version < '3.11'"
	@touch $@

$(VENV)/built: $(VENV)/installed $(RUST)
	$(BIN)/maturin develop --release --quiet
	@touch $@

demo: $(VENV)/built  ## sets up a virtual environment, builds, and plays a debt negotiation
	$(BIN)/emomas run debt-roofer-winter --seed 2 --plot out/demo.png --journal out/demo.journal --force
	$(BIN)/emomas replay out/demo.journal

test: $(VENV)/built  ## all tests that run in minutes
	cargo test --release --quiet $(MANIFEST) --workspace --exclude emomas-py --exclude emomas-bench
	$(BIN)/python -m pytest -q --numprocesses auto --dist loadfile -m "not needs_quiet"
	$(BIN)/python -m pytest -q -m needs_quiet

test-data: $(VENV)/built  ## tests against the third-party data sets; writes tests/results/data.json
	cargo test --release --quiet $(MANIFEST) -p emomas-store
	$(BIN)/python -m pytest -q -m needs_data

soak: $(VENV)/built  ## long fuzzing, faults and load; writes tests/results/soak.json
	$(BIN)/python tests/soak.py

check: $(VENV)/built  ## formatting, lints, types, stubs
	cargo fmt $(MANIFEST) --all -- --check
	cargo clippy --quiet $(MANIFEST) --workspace --all-targets -- -D warnings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m mypy.stubtest emomas._native

firmware: $(VENV)/installed  ## builds the device's firmware: for this machine and for the boards
	$(MAKE) -C firmware_bridge PYTHON=$(abspath $(BIN)/python)

bench: $(VENV)/built  ## micro-benchmarks, with other libraries beside
	$(BIN)/python -m pip install --quiet --group bench
	$(BIN)/python -m pytest benchmarks --benchmark-only -q

VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' core-rs/Cargo.toml | head -n 1)
# Before 1.0 every minor version may change the binary interface.
ABI = $(basename $(VERSION))
BUILT = $(or $(CARGO_TARGET_DIR),core-rs/target)/release
PREFIX ?= /usr/local
TO = $(DESTDIR)$(PREFIX)
FILL = sed -e 's/@VERSION@/$(VERSION)/g' -e 's/@ABI@/$(ABI)/g'

install-c:  ## builds the C libraries and puts them, header, pkg-config and CMake files under PREFIX
	cargo build --release --quiet $(MANIFEST) -p emomas-capi
	mkdir -p $(TO)/include $(TO)/lib/pkgconfig $(TO)/lib/cmake/emomas
	install -m 644 core-rs/capi/include/emomas.h $(TO)/include/
	strip --strip-debug -o $(TO)/lib/libemomas.a $(BUILT)/libemomas.a
	strip --strip-unneeded -o $(TO)/lib/libemomas.so.$(VERSION) $(BUILT)/libemomas.so
	ln -sf libemomas.so.$(VERSION) $(TO)/lib/libemomas.so.$(ABI)
	ln -sf libemomas.so.$(ABI) $(TO)/lib/libemomas.so
	$(FILL) core-rs/capi/package/emomas.pc.in > $(TO)/lib/pkgconfig/emomas.pc
	for file in emomasConfig emomasConfigVersion; do \
		$(FILL) core-rs/capi/package/$$file.cmake.in > $(TO)/lib/cmake/emomas/$$file.cmake || exit 1; \
	done

header:  ## writes the C header from the source
	cargo test --quiet $(MANIFEST) -p emomas-capi --test header -- --ignored

counts: $(VENV)/built  ## instruction counts of the parts of a turn against the stored ones; fails above 5 %
	$(BIN)/python benchmarks/instructions.py

format:  ## formats everything
	cargo fmt $(MANIFEST) --all
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:  ## removes what was built
	rm -rf $(VENV) core-rs/target out
