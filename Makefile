# What can be done here. `make help` lists it; only python3 and make are assumed.
# Each target sets up what it needs, once, from the lock files; it does so again when they change.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip --quiet --disable-pip-version-check install
RUNS := $(VENV)/.can-run
TESTS := $(VENV)/.can-test
MEDIA := $(VENV)/.can-test-media
PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-all test-media test-semantic lint fix bench docs lock clean

help: ## list what can be done
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

setup: $(TESTS) ## install everything into .venv: to run a node, and to test it
	@echo "setup: .venv is ready; make demo plays the story, make test runs the tests"

demo: $(RUNS) ## play the story: eleven nodes on this machine, which then stay up to look around
	@echo "demo: eleven states on this machine; Ctrl-C ends it"
	@$(BIN)/oureyes demo $(ARGS)

test: $(TESTS) ## run the everyday tests
	@echo "test: the everyday suite; the slow tests are in make test-all"
	@$(PYTEST) -m "not slow and not media and not semantic" $(ARGS)

test-all: $(TESTS) ## run every test: soak, chaos and scale too
	@echo "test-all: every test but those in make test-media and test-semantic; this takes minutes"
	@$(PYTEST) -m "not media and not semantic" $(ARGS)

test-media: $(MEDIA) ## run the tests that hash pictures; installing for them takes a C++ compiler
	@echo "test-media: pictures and documents, decoded and hashed"
	@$(PYTEST) -m media $(ARGS)

test-semantic: $(MEDIA) ## run the tests of the model that compares reports across languages
	@echo "test-semantic: reports in two languages, by the model in the wheel"
	@$(PYTEST) -m semantic $(ARGS)

lint: $(TESTS) ## check style, types and the direction of imports
	@echo "lint: ruff, mypy --strict, import-linter"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --strict src
	@$(BIN)/lint-imports

fix: $(TESTS) ## put style right where a machine can
	@echo "fix: ruff"
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(TESTS) ## measure against peers, side by side; writes build/bench.json
	@echo "bench: ratios in one run, on ../shared/data where present, on generated data otherwise"
	@mkdir -p build
	@$(BIN)/python -m bench $(ARGS)

docs: $(TESTS) ## write docs/reference/ anew from the code
	@echo "docs: docs/reference/ from settings, commands, errors, matchers, importers, verbs and vocabularies"
	@$(BIN)/python docs/generate.py

lock: $(TESTS) ## resolve the lock files anew; ARGS=--upgrade takes newer versions
	@echo "lock: the three lock files from pyproject.toml"
	@$(BIN)/python .ci/lock.py $(ARGS)

clean: ## remove what was installed, built and cached here
	@echo "clean: .venv, build, dist and caches"
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNS): requirements.lock pyproject.toml | $(BIN)/python
	@echo "setup: what a node runs on, from requirements.lock, into $(VENV) (once; about a minute)"
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(TESTS): requirements-dev.lock $(RUNS)
	@echo "setup: what the tests and checks need, from requirements-dev.lock, into $(VENV) (once)"
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

$(MEDIA): requirements-media.lock $(TESTS)
	@echo "setup: what hashes pictures and compares reports, from requirements-media.lock, into $(VENV) (once; built by g++ with Python's headers)"
	@$(INSTALL) --require-hashes -r requirements-media.lock
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "setup: expected Python 3.11 or newer, found $$($(PYTHON) -V 2>&1); name one: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "setup: $(PYTHON) cannot make a virtual environment; on Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
