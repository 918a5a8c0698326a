# `make help` lists what there is. Everything needs python3 >= 3.11 and nothing else.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PYTEST_ARGS ?= -n auto
DEMO_ARGS ?=
MUTANTS ?=
MUTANTS_SECONDS ?= 3600
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

.PHONY: demo
demo: install ## run the main job on a made-up marketplace and serve it on 127.0.0.1
	$(BIN)/detector demo $(DEMO_ARGS)

.PHONY: install
install: $(VENV)/.installed ## create .venv and install the detector into it

.PHONY: test
test: $(VENV)/.installed-dev ## run all tests
	$(BIN)/python -m pytest $(PYTEST_ARGS)

.PHONY: coverage
coverage: $(VENV)/.installed-dev ## run all tests, and hold the share of lines and branches they reach
	$(BIN)/coverage erase
	$(BIN)/python -m pytest $(PYTEST_ARGS) --cov --cov-report=
	@echo "all of it, at least 93 %:"
	$(BIN)/coverage report --fail-under=93
	@echo "detector/ and models/, at least 97 %:"
	$(BIN)/coverage report --fail-under=97 --include='detector/*,models/*'

.PHONY: check
check: $(VENV)/.installed-dev ## lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: mutants
mutants: $(VENV)/.installed-dev ## change the rules' code in small ways, and count what no test notices
	nice timeout $(MUTANTS_SECONDS) $(BIN)/mutmut run --max-children 1 $(MUTANTS) || test $$? = 124
	$(BIN)/mutmut export-cicd-stats
	@cat mutants/mutmut-cicd-stats.json

.PHONY: format
format: $(VENV)/.installed-dev ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: catalogues
catalogues: $(VENV)/.installed-dev ## bring the sentences of the pages into their catalogues
	$(BIN)/python -m docs.tools catalogues

.PHONY: site
site: $(VENV)/.installed-extras ## build the documents into site/ and check their links
	$(BIN)/python -m docs.tools write
	$(BIN)/zensical build --clean --strict
	$(BIN)/python -m docs.tools check

.PHONY: docs
docs: site ## the same, and check the documents' commands and what they show
	$(BIN)/python -m pytest $(PYTEST_ARGS) tests/docs

.PHONY: screenshots
screenshots: $(VENV)/.installed-extras ## write a picture of every page into screenshots/
	$(BIN)/python -m tests.browser.screenshots

.PHONY: bench
bench: $(VENV)/.installed-bench ## install the benchmarks' peers and run the benchmarks
	$(BIN)/python -m benchmarks

.PHONY: extras
extras: $(VENV)/.installed-extras ## install the optional parts too: spark (--engine spark), pyod (back-test peers), traces (OpenTelemetry), notebook, what drives Chromium

.PHONY: release
release: $(VENV)/.installed-dev ## build wheel, sdist, bill of materials, changes and checksums into dist/, and try the wheel
	VENV=$(VENV) .ci/release

.PHONY: deploy-check
deploy-check: $(VENV)/.installed-dev ## build the image and work with deploy/compose.yaml, by podman
	VENV=$(VENV) .ci/deploy-check

.PHONY: server-check
server-check: ## boot a bare Debian with systemd, and follow the page about installing on a server in it
	.ci/server-check

.PHONY: lock
lock: $(VENV)/.installed-dev ## resolve the ranges of pyproject.toml into the hashed pins
	$(BIN)/python -m pip install -q uv
	.ci/lock

.PHONY: clean
clean: ## remove what the targets made
	rm -rf $(VENV) dist site screenshots .cache .coverage* mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The stamp is the last thing made: an environment without it is half-made, and made again.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "python3 >= 3.11 is needed; $(PYTHON) is older or missing (say make PYTHON=...)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments: install python3-venv (Debian, Ubuntu: apt-get install python3-venv)"; exit 1; }
	@echo "making the virtual environment $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }
	@touch $@

$(VENV)/.installed: requirements.txt pyproject.toml | $(VENV)/.made
	@echo "installing the pinned packages that the detector needs"
	@$(BIN)/python -m pip install -q --require-hashes -r requirements.txt
	@echo "installing the detector"
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@echo "compiling its kernels"
	@$(BIN)/python -c 'from service.kernel_cache import compile_all; compile_all()'
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	@echo "installing what tests and checks need"
	@$(BIN)/python -m pip install -q --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/.installed-extras: $(VENV)/.installed-dev requirements-extras.txt
	@echo "installing the optional parts: Spark, PyOD, OpenTelemetry, what runs the notebook and drives Chromium"
	@$(BIN)/python -m pip install -q --require-hashes -r requirements-extras.txt
	@touch $@

$(VENV)/.installed-bench: $(VENV)/.installed-extras requirements-bench.txt
	@echo "installing the benchmarks' peers"
	@$(BIN)/python -m pip install -q --require-hashes -r requirements-bench.txt
	@touch $@
