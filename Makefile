# Everything a person or the CI runs. Needs Python 3.11+ and make; the rest is brought here.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help install console demo serve test test-long test-spark check fix bench lock clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

install: $(STAMP) console  ## Build .venv with the tieline command, from requirements.lock, and the web console

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Tieline needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep -oE '^uv==[^ ]+' requirements.lock)"
	@# Compiled once and for all: where Python may write no bytecode, each start would compile everything anew, for seconds.
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --compile-bytecode --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@$(BIN)/python -m compileall -q src
	@touch $@

console: $(STAMP)
	@$(BIN)/python tools/console.py build

demo: install  ## Watch three brands run on real purchases (ARGS=--once: no person needed)
	@$(BIN)/tieline demo $(ARGS)

serve: install  ## Run Tieline on ./data, port 8000
	@test -e data/tieline.json || $(BIN)/tieline init --data data
	@$(BIN)/tieline serve --data data --port 8000 $(ARGS)

test: install  ## Run every test
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

test-long: install  ## Run the tests that take minutes: ten thousand histories, a million events
	@$(BIN)/python -m pytest -m long $(ARGS)

# Java first: half a gigabyte is not fetched for a machine that cannot use it.
test-spark: install  ## Run the tests on a Spark cluster of this machine, in .venv-spark; needs Java 17
	@"$${JAVA_HOME:+$$JAVA_HOME/bin/}java" -version >/dev/null 2>&1 || { echo "make test-spark needs Java 17 or newer, which is not in JAVA_HOME nor on the path; on Debian: apt-get install openjdk-17-jre-headless"; exit 1; }
	@test -x .venv-spark/bin/python || $(BIN)/uv venv --quiet --python $(BIN)/python .venv-spark
	@$(BIN)/uv pip sync --quiet --python .venv-spark/bin/python --require-hashes requirements.lock requirements-spark.lock
	@$(BIN)/uv pip install --quiet --python .venv-spark/bin/python --no-deps --editable .
	@.venv-spark/bin/python -m pytest -m spark tests/spark $(ARGS)

check: install  ## Lint, types, import contracts, house rules; the console's too
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python tools/lint/house.py
	@$(BIN)/python tools/console.py check

fix: install  ## Format, and mend what the linter can mend
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

bench: install  ## Print each figure beside the limit measured in the same run
	@$(BIN)/python benchmarks/run.py $(ARGS)

SPARK_EXTRA := import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["spark"], sep="\n")
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --upgrade

lock: install  ## Renew requirements.lock and requirements-spark.lock
	@$(COMPILE) --group dev --output-file requirements.lock pyproject.toml
	@$(BIN)/python -c '$(SPARK_EXTRA)' | $(COMPILE) --constraint requirements.lock --output-file requirements-spark.lock -

clean:  ## Remove what was built here
	rm -rf $(VENV) .venv-spark data web/node_modules src/tieline/api/static/console
