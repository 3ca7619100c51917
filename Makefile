# Each target does all of its own set-up. It needs Python 3.11 or newer, and make.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test test-faults lint docs bench bench-full

demo: $(VENV)/example
	@$(BIN)/python example_project/manage.py demo

# More at a time than there are processors, as much of the time they wait.
test: $(VENV)/dev
	$(BIN)/pytest -n 3

# The same tests that take longer the more they are to find. FAULTS_SEED draws the same faults again.
test-faults: $(VENV)/dev
	FAULTS=thorough $(BIN)/pytest -v tests/faults tests/live/test_streams.py \
	    tests/live/test_slow_clients.py tests/live/test_shutdown.py tests/properties \
	    tests/schema/test_behaviour.py tests/test_interleavings.py

lint: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	@echo "pyright --verifytypes"
	@types=$$(PATH="$(abspath $(BIN)):$$PATH" pyright --verifytypes django_wizard_sessions --ignoreexternal) \
	    || { echo "$$types"; exit 1; }
	$(BIN)/lint-imports
	sh frontend/check.sh
	$(BIN)/zizmor --offline --no-progress --quiet .github
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/[!c]*.yml

docs: $(VENV)/dev
	$(BIN)/sphinx-build --fail-on-warning --keep-going --nitpicky -b html docs docs/_build/html

# In three minutes, to see that all is well; in more, three times, for docs/performance.md. Both want
# a machine to themselves, with PostgreSQL and Redis, and nginx with nchan if there is to be one.
bench: $(VENV)/benchmarks
	$(BIN)/python -m benchmarks --plan short

bench-full: $(VENV)/benchmarks
	$(BIN)/python -m benchmarks --plan full --raw benchmarks/results --to docs/performance

# The stamps are the names of the extras that are installed.
$(VENV)/example $(VENV)/dev $(VENV)/benchmarks: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer, please: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[$(@F)]'
	@touch $@
