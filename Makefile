# Development tasks. They need make and Python 3.11 or newer with venv and pip. `make help` lists them.

PYTHON ?= python3
VENV   ?= .venv
DEMO   ?= .demo
IMAGE  ?= auditor:dev
ENGINE ?= $(shell command -v docker || command -v podman)

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
EXTRAS := demo test lint browser

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test readme bench lint lock image clean

help:  ## Show this list (default)
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.installed-demo  ## Audit the built-in demo organization, without AWS or Docker
	@$(BIN)/auditor demo --output $(DEMO)

test: $(VENV)/.installed-test  ## Run the default tests (see tests/README.md)
	@$(BIN)/python -m pytest -n auto --dist loadfile

readme: $(VENV)/.installed-test  ## Write the generated parts of the README files
	@$(BIN)/python -m tests.readme

bench: $(VENV)/.installed-test  ## Measure time and memory against a minimal auditor; write tests/fleet/RESULTS.md
	@$(BIN)/python -m tests.fleet.bench --write

lint: $(VENV)/.installed-test $(VENV)/.installed-lint  ## Check style, types, the Dockerfile and the CloudFormation templates
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/hadolint Dockerfile
	@$(BIN)/cfn-lint --include-checks I -- config/deploy/*.yaml

lock: $(VENV)/.locker  ## Update the pinned dependencies and their hashes in config/
	@$(LOCK) --output-file config/requirements.lock pyproject.toml
	@$(LOCK) --extra parquet --output-file config/parquet.lock pyproject.toml
	@$(LOCK) --only-build-deps --build-deps-for wheel --output-file config/build.lock pyproject.toml

image:  ## Build the container image with Docker or Podman
	@test -n "$(ENGINE)" || { echo "Neither docker nor podman was found. Install one, or run: make image ENGINE=/path/to/it" >&2; exit 1; }
	@$(ENGINE) build --tag $(IMAGE) --build-arg REVISION="$$(git rev-parse HEAD 2>/dev/null)" .

clean:  ## Remove the environment, the demo's output and all caches
	@rm -rf $(VENV) $(DEMO) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find auditor tests -name __pycache__ -type d -prune -exec rm -rf {} +

# A marker file for each installed extra: extras are installed again only if pyproject.toml has changed.
$(EXTRAS:%=$(VENV)/.installed-%): $(VENV)/.installed-%: pyproject.toml | $(BIN)/python
	@echo "Installing auditor[$*] into $(VENV) ..."
	@$(PIP) install --quiet --editable '.[$*]'
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "auditor needs Python 3.11 or newer: make PYTHON=/path/to/it")'
	@$(PYTHON) -m venv $(VENV)

# The header of a lock names only the command: no index, host or path of this machine.
LOCK = CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/locker/bin/python -m piptools compile --quiet --upgrade --generate-hashes \
	--strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

$(VENV)/.locker: | $(BIN)/python
	@$(PYTHON) -m venv $(VENV)/locker
	@$(VENV)/locker/bin/python -m pip install --quiet --disable-pip-version-check 'pip-tools>=7.5'
	@touch $@
