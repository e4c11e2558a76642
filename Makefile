# `make` lists the verbs. Everything lives in .venv; nothing is installed into the system
# except Chromium for the browser tests (see tools/chromium.sh).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
RUNTIME := $(VENV)/.requirements
DEV := $(VENV)/.requirements-dev
PEERS := .venv-peers/.requirements
SOURCES := $(wildcard app bench examples migrations tests tools wsgi.py)
WORKERS ?= 2
MINUTES ?= 10
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url

.DEFAULT_GOAL := help
.PHONY: help setup run migrate check test test-faults soak bench bench-runs bench-drift bench-sets bench-hub vendor lock clean

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(RUNTIME) ## install the locked dependencies into .venv, nothing more
	@echo "ready: $(VENV)"

run: setup ## start the web pages and a worker, with the sample tenant, on 127.0.0.1:5000
	$(BIN)/flask db upgrade || echo "not every table is up to date; what can run is started" >&2
	$(BIN)/flask sample load --if-empty
	$(BIN)/flask serve

migrate: setup ## bring the database of core and of every plugin up to date
	$(BIN)/flask db upgrade

check: $(DEV) ## format, lint, types, arrows, templates; then the size report
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.template_lint app examples
	$(BIN)/python -m tools.budgets app

test: $(DEV) ## the whole test suite, browser and conformance kit included (WORKERS=2, ARGS=...)
	sh tools/chromium.sh
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(or $(ARGS),tests --plugin-conformance)

test-faults: $(DEV) ## the tests that kill workers and stop servers, alone, 15 minutes at most
	timeout 900 $(BIN)/python -m pytest -n $(WORKERS) -m faults $(ARGS)

soak: $(DEV) ## start runs, kill workers, restart servers; nothing may be lost (MINUTES=10)
	$(BIN)/python -m tools.soak --minutes $(MINUTES) $(ARGS)

bench: $(DEV) ## the benchmarks, with peers side by side
	$(BIN)/python -m bench $(ARGS)

bench-runs: $(DEV) ## what a tracked run costs, beside a bare Huey task, Celery, RQ and Dramatiq
	$(BIN)/python -m bench.runs $(ARGS)

bench-drift: $(DEV) ## drift at a constant number of changes over 10 k, 100 k and 500 k policies, and 2 % of 100 k
	$(BIN)/python -m bench.drift $(ARGS)

bench-sets: $(DEV) $(PEERS) ## adding 10,000 policies to a backup set, beside a bare loop; exports as IntuneCD reads them
	$(BIN)/python -m bench.sets $(ARGS)

bench-hub: $(DEV) $(PEERS) ## the hub over millions of runs, its polls beside hello, and other hubs
	$(BIN)/python -m bench.hub $(ARGS)

vendor: $(RUNTIME) ## refresh the third-party static files from their packages
	$(BIN)/python -m tools.vendor

lock: $(DEV) ## resolve the dependencies again (UPGRADE=--upgrade for newer ones)
	$(LOCK) pyproject.toml $(UPGRADE) --output-file requirements.lock
	$(LOCK) pyproject.toml $(UPGRADE) --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(LOCK) $(UPGRADE) --group peers --output-file requirements-peers.lock

clean: ## remove .venv and caches; data stays
	rm -rf $(VENV) .venv-peers .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build *.egg-info

# The stamps make a second run quick and free of the network.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "TenantAtlas needs Python 3.11 or newer; say which with PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) \
		|| { echo "could not create $(VENV); on Debian: apt-get install python3-venv" >&2; exit 1; }

$(RUNTIME): requirements.lock | $(BIN)/python
	$(PIP) install --require-hashes --requirement requirements.lock
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@

# By uv: pip before 23.3 takes a pinned package's extra for another, unpinned one.
$(PEERS): requirements-peers.lock $(DEV)
	$(PYTHON) -m venv .venv-peers
	$(BIN)/uv pip install --quiet --python .venv-peers/bin/python --require-hashes --requirement requirements-peers.lock
	@touch $@
