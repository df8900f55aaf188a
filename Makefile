# Thirdring. `make` alone lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STATE ?= var

.PHONY: help setup run test check fmt lint types contracts flows pbx soak bench bench-million lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.done ## make .venv with everything pinned in requirements.lock

$(VENV)/.done: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed: make setup PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { echo "no venv module: apt-get install python3-venv"; exit 1; }
	@echo "setting up $(VENV) from requirements.lock; the first time takes a minute or two"
	$(BIN)/pip install -q --require-hashes -r requirements.lock
	$(BIN)/pip install -q --no-deps --no-build-isolation --config-settings editable_mode=compat -e .
	@touch $@

fmt: setup ## format and fix what can be fixed
	$(BIN)/ruff check -q --fix . ; $(BIN)/ruff format -q .

lock: setup ## pin every dependency again
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	  --extra dev --extra bench pyproject.toml -o requirements.lock

run: setup ## the main job: simulated callers on the real FastAGI server, shown live
	$(BIN)/thirdring demo --state $(STATE)

check: setup ## format, lint, types, import contracts, flows checked, proved and tested
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/thirdring check scripts examples/property examples/appliance
	$(BIN)/thirdring forms check
	for house in scripts examples/property examples/appliance; do \
	  $(BIN)/thirdring prove $$house && $(BIN)/thirdring test $$house --least-coverage 100 || exit 1; done

test: setup ## all tests, real Asterisk included (CI=true: a missing one is a failure)
	tests/install-tools
	BIN=$(BIN) tests/run $(ARGS)

pbx: setup ## a real Asterisk with asterisk-conf/ (thirdring pbx down ends it)
	$(BIN)/thirdring pbx up --state $(STATE)

soak: setup ## the slow proofs: long fuzz runs, many kills, the rush of 200 callers
	THIRDRING_FUZZ=2000000 THIRDRING_KILLS=1000 THIRDRING_LONG_TALK=1 $(BIN)/pytest --timeout 3600 $(ARGS)
	$(BIN)/python -m bench.rush

bench: setup ## measured figures: ratios against peers and limits, each in one run
	WITH_BENCH=1 tests/install-tools
	$(BIN)/python -m bench.agi
	$(BIN)/python -m bench.ledger
	$(BIN)/python -m bench.ears.clips --work $(STATE)/bench-ears
	$(BIN)/python -m bench.ears.score --work $(STATE)/bench-ears
	$(BIN)/python -m bench.ears.load --uvloop
	$(BIN)/python -m bench.reaction
	$(BIN)/python -m bench.asterisk_rate
	$(BIN)/python -m bench.virtual
	$(BIN)/python -m bench.ami
	$(BIN)/python -m bench.wallboard
	$(BIN)/python -m bench.desk.screens
	$(BIN)/python -m bench.desk.clocks
	$(BIN)/python -m bench.measures
	$(BIN)/python -m bench.sealing
	$(BIN)/python -m bench.answers

bench-million: setup ## a million calls on SQLite and PostgreSQL: lists, search, reports (25 GB, an hour)
	WITH_BENCH=1 tests/install-tools
	$(BIN)/python -m bench.million --work $(STATE)/bench-million

clean: ## remove the environment; var/ stays
	rm -rf $(VENV)
