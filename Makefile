# `make help` lists the targets: each line with a `##` comment is one.
SHELL := bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
READY := .venv/.ready
PEERS_READY := .bench-venv/.ready
GUIDED_READY := .fuzz-venv/.ready

# Tests mostly wait, for brokers and browsers: two processes need little more than half of the time of one. A file's tests
# stay together, and the long ones go first (tests/conftest.py).
TOGETHER := -n 2 --dist loadfile --no-loadscope-reorder
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-annotate --no-header
UV := $(or $(shell command -v uv),.uv/bin/uv)

# The interpreter that .venv is made with: the first of these that runs and is supported, or the PYTHON given.
PYTHON ?= python3 python3.13 python3.12 python3.11
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

.PHONY: help
help: ## List these targets
	@sed -En 's/^([a-z.-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 18

.PHONY: .venv
.venv: $(READY) ## Build the Python environment in .venv (3.11 to 3.13; a few minutes the first time)

# The stamp goes first and comes back last: an interrupted build is begun anew, from an empty folder.
$(READY): requirements.lock pyproject.toml
	@[ -e $@ ] || $(MAKE) new-environment
	@rm -f $@
	@echo "Installing the packages of requirements.lock ..."
	@$(PIP) install --no-deps --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: new-environment
new-environment:
	@for python in $(PYTHON); do \
	  if "$$python" -c '$(SUPPORTED)' 2>/dev/null; then \
	    echo "Building .venv with $$("$$python" --version) ..."; \
	    exec "$$python" -m venv --clear .venv; \
	  fi; \
	done; \
	echo "NeoScore needs Python 3.11, 3.12 or 3.13, and none was found as: $(PYTHON)." >&2; \
	echo "Install one, or name it: make .venv PYTHON=/path/to/python3.13" >&2; \
	exit 1

.PHONY: demo
demo: $(READY) ## Start everything, score one client, print the addresses
	@$(BIN)/neoscore demo

.PHONY: test
test: $(READY) chromium ## Run all tests (brings Chromium by apt-get when run as root)
	@$(BIN)/pytest $(TOGETHER) $(ARGS)

.PHONY: test-fast
test-fast: $(READY) ## Run the tests that need no browser and do not mostly wait
	@$(BIN)/pytest $(TOGETHER) -m "not slow and not browser" $(ARGS)

# Browser tests need a Chromium; where none can be installed they are skipped, and say so.
.PHONY: chromium
chromium:
	@if ! command -v chromium >/dev/null && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  echo "Installing Chromium for the browser tests ..."; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  { apt-get update -qq && apt-get install -qq --no-install-recommends chromium; } >/dev/null \
	    || echo "Chromium could not be installed: the browser tests will be skipped." >&2; \
	fi

.PHONY: check
check: $(READY) ## Lint, check the format, the types and the imports between packages
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: format
format: $(READY) ## Put the code into the project's format
	@$(BIN)/ruff check --quiet --fix
	@$(BIN)/ruff format --quiet

.PHONY: bench
bench: $(READY) chromium ## Measure throughput, latency and memory beside other ways (15 minutes; ARGS=--quick for a quick run)
	@$(MAKE) $(PEERS_READY) || echo "The programs to compare with could not be installed: they are skipped." >&2
	@$(BIN)/python -m benchmarks $(ARGS)

# What benchmarks compare with, apart from the project: it needs other versions of some packages.
$(PEERS_READY): benchmarks/requirements.txt | $(READY)
	@rm -f $@
	@echo "Installing the programs to compare with ..."
	@$(BIN)/python -m venv --clear .bench-venv
	@.bench-venv/bin/python -m pip --quiet --disable-pip-version-check install -r benchmarks/requirements.txt
	@touch $@

.PHONY: soak
soak: $(READY) ## Send requests for half an hour while workers are killed, and account for each (ARGS="--minutes 5" for a shorter one)
	@$(BIN)/python -m tests.faults.soak $(ARGS)

.PHONY: fuzz
fuzz: $(READY) ## Damage a million requests and blocks; each must get its one answer (15 minutes; ARGS="--inputs 50000" for fewer)
	@$(BIN)/pytest --quiet --timeout 0 --hypothesis-profile fuzz tests/fuzz
	@$(BIN)/python -m tests.fuzz $(ARGS)
	@if $(MAKE) $(GUIDED_READY); then \
	  for kind in request block; do \
	    PYTHONPATH=$$(echo .fuzz-venv/lib/python*/site-packages) \
	      $(BIN)/python -m tests.fuzz.coverage_guided $$kind || exit 1; \
	  done; \
	else \
	  echo "atheris could not be installed (no wheel for this Python or machine?): its part is left out." >&2; \
	fi

# The coverage-guided fuzzer, apart from the project: it has no wheels for every Python.
$(GUIDED_READY): tests/fuzz/requirements.txt | $(READY)
	@rm -f $@
	@echo "Installing the coverage-guided fuzzer ..."
	@$(BIN)/python -m venv --clear .fuzz-venv
	@.fuzz-venv/bin/python -m pip --quiet --disable-pip-version-check install --only-binary :all: -r tests/fuzz/requirements.txt
	@touch $@

.PHONY: shots
shots: $(READY) chromium ## Take screenshots of every page
	@$(BIN)/python -m tests.e2e.shots

.PHONY: docs
docs: $(READY) ## Write the generated documents anew: asyncapi.yaml, settings.md, cli.md
	@$(BIN)/python docs/generate.py

.PHONY: release
release: $(READY) ## Build the wheel into dist, with its bill of materials (CycloneDX) and provenance (SLSA)
	@rm -rf dist
	@$(BIN)/python -m hatchling build -t wheel -d dist >/dev/null
	@$(BIN)/python -m release dist

.PHONY: lock
lock: $(UV) ## Resolve pyproject.toml into requirements.lock and the image's locks (LOCK_ARGS=--upgrade for newer versions)
	@$(COMPILE) pyproject.toml --extra local --extra models --extra dev $(LOCK_ARGS) --output-file requirements.lock
	@sed -E '/^ +--hash/d; s/ \\$$//' requirements.lock > .pins
	@$(COMPILE) pyproject.toml --constraint .pins --output-file docker/runtime.lock
	@echo hatchling | $(COMPILE) - --constraint .pins --output-file docker/build.lock
	@rm .pins

.uv/bin/uv: | $(READY)
	@$(BIN)/python -m venv --clear .uv
	@.uv/bin/pip --quiet --disable-pip-version-check install uv

.PHONY: clean
clean: ## Remove the environment and everything that tools left behind
	@rm -rf .venv .bench-venv .fuzz-venv .uv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
