# Everything a newcomer needs; `make` alone lists it.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
export PYTHONUTF8 := 1

HOST ?= 127.0.0.1
PORT ?= 8000
# More words for pytest:  make test ARGS="-k scoring"
ARGS ?=
CHROMIUM ?=
# Any Python 3.11 or newer; the first of these that starts.
ifndef PYTHON
PYTHON := $(shell for p in python3.11 python3 python3.12 python3.13 python3.14 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; \
	done)
endif

PY := .venv/bin/python
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard hotline/translations/*/LC_MESSAGES/*.po))

.PHONY: help setup setup-dev assets catalogues run test lint format bench fonts wheel pins clean \
	need-python

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

setup: need-python ## Virtual environment, pinned packages, browser assets, typefaces, catalogues
	@"$(PYTHON)" tools/virtual_env.py
	@"$(PYTHON)" tools/fetch_assets.py
	@$(PY) tools/build_faces.py
	@$(MAKE) --no-print-directory catalogues

setup-dev: need-python
	@"$(PYTHON)" tools/virtual_env.py --dev
	@"$(PYTHON)" tools/fetch_assets.py
	@$(PY) tools/build_faces.py
	@$(MAKE) --no-print-directory catalogues

run: setup ## Set up, load the demo once, serve on http://127.0.0.1:8000  (PORT=8001)
	@$(PY) tools/local_run.py --host "$(HOST)" --port "$(PORT)"

test: setup-dev ## Set up with Chromium and run every test  (ARGS="-k scoring")
	@CHROMIUM="$(CHROMIUM)" $(PY) tools/chromium.py
	@CHROMIUM="$$(cat .stamps/chromium)" $(PY) -m pytest $(ARGS)

lint: setup-dev ## Check style, types and the direction of imports
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports

format: setup-dev ## Put the code into its one format
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: setup-dev ## Measure --help, a call through the web form and papers (docs/benchmarks.md)
	$(PY) benchmarks/help_command.py
	$(PY) benchmarks/record_call.py
	$(PY) benchmarks/papers.py

fonts: setup ## Build the typefaces of papers again, if any could not be had
	@$(PY) tools/build_faces.py --again

catalogues: $(CATALOGUES)
	@:

%.mo: %.po
	@$(PY) -m babel.messages.frontend -q compile -i "$<" -o "$@"

wheel: setup-dev ## Build a wheel with assets, typefaces and catalogues inside, in dist/
	@$(PY) tools/wheel.py

pins: ## Take the newest versions that setup.cfg allows into constraints.txt (needs uv)
	uv pip compile setup.cfg --all-extras --universal --python-version 3.11 --upgrade \
		--output-file constraints.txt

clean: ## Remove what can be made again; .venv and the data in var/ stay
	rm -rf build dist .stamps node_modules hotline.egg-info hotline/web/static/vendor reports/faces
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache htmlcov
	rm -f $(CATALOGUES)
	find hotline reports scheduler tests tools -name __pycache__ -type d -prune \
		-exec rm -rf {} + 2>/dev/null || true

need-python:
	@test -n "$(PYTHON)" || { \
		echo "No Python 3.11 or newer was found." >&2; \
		echo "Debian 12, Ubuntu: apt-get install python3.11 python3.11-venv" >&2; \
		echo "or name one:  make $(firstword $(MAKECMDGOALS)) PYTHON=/path/to/python3.11" >&2; \
		exit 1; }
