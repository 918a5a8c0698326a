# `make help` lists what there is. Everything needs python3 >= 3.11 and nothing else.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PYTEST_ARGS ?= -n auto

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-10s %s\n", $$1, $$2}'

.PHONY: demo
demo: install ## run the main job on a made-up marketplace and serve it on 127.0.0.1
	$(BIN)/detector demo

.PHONY: install
install: $(VENV)/.installed ## create .venv and install the detector into it

.PHONY: test
test: $(VENV)/.installed-dev ## run all tests
	$(BIN)/python -m pytest $(PYTEST_ARGS)

.PHONY: check
check: $(VENV)/.installed-dev ## lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: $(VENV)/.installed-dev ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: bench
bench: $(VENV)/.installed-bench ## install the benchmarks' peers and run the benchmarks
	$(BIN)/python -m benchmarks

.PHONY: extras
extras: $(VENV)/.installed-extras ## install Spark, PyOD and the other optional parts as well

.PHONY: lock
lock: $(VENV)/.installed-dev ## resolve the ranges of pyproject.toml anew into the hashed pins
	$(BIN)/python -m pip install -q uv
	.ci/lock

.PHONY: clean
clean: ## remove what the targets made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "python3 >= 3.11 is needed; $(PYTHON) is older (say make PYTHON=...)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --require-hashes -r requirements.txt
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	$(BIN)/python -c 'from service.kernel_cache import compile_all; compile_all()'
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	$(BIN)/python -m pip install -q --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/.installed-extras: $(VENV)/.installed-dev requirements-extras.txt
	$(BIN)/python -m pip install -q --require-hashes -r requirements-extras.txt
	@touch $@

$(VENV)/.installed-bench: $(VENV)/.installed-extras requirements-bench.txt
	$(BIN)/python -m pip install -q --require-hashes -r requirements-bench.txt
	@touch $@
