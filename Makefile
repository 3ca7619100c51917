# Each target does all of its own set-up. It needs Python 3.11 or newer, and make.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint docs

demo: .venv/example
	@$(BIN)/python example_project/manage.py demo

test: .venv/dev
	$(BIN)/pytest

lint: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: .venv/dev
	$(BIN)/sphinx-build --fail-on-warning --keep-going --nitpicky -b html docs docs/_build/html

# The stamps are the names of the extras. `dev` has all that `example` has, so either serves demo.
.venv/example .venv/dev: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer, please: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[$(@F)]'
	@touch $@
