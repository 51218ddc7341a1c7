# Everything is run from here; `make help` lists it.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LAB ?= 1
# Where it is set, each of the processes that are started would compile everything anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run install check format lint types imports unit test packages bench licences events settings web web-types web-check clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: $(STAMP) web ## start Netledger with everything it needs; LAB=0 leaves the simulated devices out
	@exec $(BIN)/netledger up $(if $(filter-out 0,$(LAB)),--lab)

install: $(STAMP) web ## make the virtual environment and the web application

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Netledger needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@if [ ! -x $(BIN)/python ]; then echo "making the virtual environment ..."; $(PYTHON) -m venv $(VENV) || { \
		echo "no venv module: apt-get install python3-venv, or set PYTHON"; rm -rf $(VENV); exit 1; }; fi
	@echo "installing ..."
	@$(BIN)/python -m pip install --quiet --upgrade "pip>=24"
	@$(BIN)/python -m pip install --progress-bar on --disable-pip-version-check -c constraints.txt -e '.[dev]' | \
		awk '/^(Collecting|Downloading|Installing)/ {printf "\r\033[K  %.76s", $$0; fflush()} END {print "\r\033[K  done"}'; exit $${PIPESTATUS[0]}
	@touch $@

check: $(STAMP) format lint types imports unit ## format, lint, types, import contracts and unit tests, in under a minute

format: $(STAMP)
	@$(BIN)/ruff format --check .

lint: $(STAMP)
	@$(BIN)/ruff check .

types: $(STAMP)
	@$(BIN)/mypy

imports: $(STAMP)
	@$(BIN)/lint-imports --no-logo

unit: $(STAMP)
	@$(BIN)/python -m pytest -q tests/unit

test: $(STAMP) packages ## all checks and tests, with the system packages that they need
	@$(MAKE) --no-print-directory -j2 -Otarget format lint types imports web-check
	@$(MAKE) --no-print-directory web
	@$(BIN)/python -m pytest -q -n 3 tests

packages: ## the Debian packages that tests run for real (as root; without root their tests are skipped)
	@./tests/packages.sh

bench: $(STAMP) ## all benchmarks, or one: make bench ONLY=append
	@$(BIN)/python -m bench $(ONLY)

licences: $(STAMP) ## the licences of all dependencies
	@$(BIN)/pip-licenses --python $(BIN)/python --order license --with-urls

events: $(STAMP) ## write docs/events.md, the catalogue of all event types
	@$(BIN)/python -m docs.events > docs/events.md

settings: $(STAMP) ## write docs/settings.md, the table of all settings
	@$(BIN)/python -m docs.settings > docs/settings.md

web: $(STAMP) ## build the web application where it is missing or old
	@$(BIN)/python web/build.py --optional

web-types: $(STAMP) ## write web/src/api/schema.gen.ts, the types of the API
	@$(BIN)/netledger openapi > web/openapi.json
	@cd web && { [ -d node_modules/vitest ] || npm ci --no-audit --no-fund; } && npm run --silent types
	@printf '/** sha256 of the schema that this was made from: %s */\n' "$$(sha256sum web/openapi.json | cut -d ' ' -f 1)" >> web/src/api/schema.gen.ts
	@rm web/openapi.json

web-check: $(STAMP) ## types, lint and unit tests of the web application
	@cd web && { [ -d node_modules/vitest ] || npm ci --no-audit --no-fund; } && npm run --silent check && npm test --silent

clean: ## remove what was made here; data in NETLEDGER_DATA_DIR stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist web/dist web/node_modules *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
