# What people do here, one word each; `make` alone lists them. Everything lives in .venv, nothing outside it is touched.

VENV    := .venv
BIN     := $(VENV)/bin
STAMP   := $(VENV)/.ready
CORES   := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
OUT     := out

# The first Python that is new enough; PYTHON=/path/to/python overrides.
PYTHON  ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

# On Linux the plain torch wheel carries gigabytes of CUDA, so the CPU build is asked for by name.
# TORCH_BUILD= (empty) takes the plain wheel instead, for work on a GPU.
TORCH       := $(shell sed -n 's/^torch==//p' constraints/dev.txt)
TORCH_BUILD ?= $(if $(filter Linux,$(shell uname -s)),+cpu)
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu

PIP          = $(BIN)/python -m pip --disable-pip-version-check
CONSTRAINTS ?= -c constraints/dev.txt

# Options for pytest, the demo or the benchmarks: make quick ARGS="-k gram -x"
ARGS    ?=
WORKERS ?= $(CORES)
# The workers share the cores: one thread each, and none that spins while it waits for another.
PYTEST   = OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint types quick slow browser bench format audit pin clean distclean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv with everything for development

demo: $(STAMP) ## paint a bundled photo in the style of a bundled painting, into out/demo.png
	@mkdir -p $(OUT)
	@$(BIN)/impasto src/impasto/assets/photos/castle.jpg src/impasto/assets/paintings/starry_night.jpg \
		-o $(OUT)/demo.png $(ARGS)
	@echo "The picture is at $(CURDIR)/$(OUT)/demo.png"

test: lint types quick ## everything a change must pass: lint, types, quick

lint: $(STAMP) ## ruff's rules and format, and the layers between the packages
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-logo --no-cache

types: $(STAMP) ## pyright, strict on the core
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/pyright

quick: $(STAMP) ## the quick tests and the doctests
	$(PYTEST) -n $(WORKERS) $(ARGS)

slow: $(STAMP) ## the tests that take minutes
	OMP_WAIT_POLICY=PASSIVE $(BIN)/python -m pytest -m slow $(ARGS)

browser: $(STAMP) ## the tests of the studio in a real browser (Debian: apt install chromium)
	OMP_WAIT_POLICY=PASSIVE $(BIN)/python -m pytest -m browser $(ARGS)

bench: $(STAMP) ## time the methods; see benchmarks/README.md
	$(BIN)/python -m benchmarks $(ARGS)

format: $(STAMP) ## rewrite the code the way `make lint` wants it
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

audit: $(STAMP) ## look the pinned packages up among known vulnerabilities (asks the network)
	$(PIP) install -qq $(CONSTRAINTS) pip-audit
	$(BIN)/pip-audit --requirement constraints/dev.txt --no-deps --disable-pip

pin: ## refresh constraints/dev.txt: the newest versions the ranges allow, torch as it is
	rm -rf $(VENV)
	$(MAKE) setup CONSTRAINTS=
	head -n 2 constraints/dev.txt > constraints/dev.new
	$(BIN)/python -m pip freeze --all --exclude pip --exclude-editable | sed 's/+cpu$$//' >> constraints/dev.new
	mv constraints/dev.new constraints/dev.txt

clean: ## remove what tests and builds left behind
	rm -rf build dist $(OUT)/demo.png .pytest_cache .ruff_cache .hypothesis .import_linter_cache src/*.egg-info
	find src tests benchmarks examples -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

distclean: clean ## the same, and .venv
	rm -rf $(VENV)

# ------------------------------------------------------------------------------------------------------------------

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "make setup: Python 3.11 or newer is missing. On Debian or Ubuntu:" \
		"sudo apt install python3.11 python3.11-venv"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "make setup: $(PYTHON) cannot make a virtual" \
		"environment. On Debian or Ubuntu: sudo apt install" \
		"$$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Package indexes other than PyPI may carry the CPU build too (a company's mirror, a folder of wheels), so those pip
# is set up for are asked first; that fails within a second or two where they do not have it.
$(STAMP): pyproject.toml constraints/dev.txt | $(BIN)/python
	@echo "Installing torch $(TORCH)$(TORCH_BUILD)"
	@$(PIP) install -qq --no-deps "torch==$(TORCH)$(TORCH_BUILD)" 2>/dev/null \
		|| $(PIP) install --no-deps --retries 2 --index-url "$(TORCH_INDEX)" "torch==$(TORCH)$(TORCH_BUILD)" \
		|| { echo "make setup: torch $(TORCH)$(TORCH_BUILD) could not be had from $(TORCH_INDEX)." \
		"TORCH_INDEX=URL names another index; TORCH_BUILD= takes the plain wheel."; exit 1; }
	@echo "Installing impasto and what its development needs"
	@$(PIP) install -qq $(CONSTRAINTS) --editable ".[dev]"
	@touch $@
