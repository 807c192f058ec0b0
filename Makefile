# What one does here, each by one word. `make` alone lists it; .ci/run does everything on a new machine.
# Where there is a .venv (`make setup` makes it), its programs are used, else those of the active environment.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

# What runs commands, trains, reads and writes files, or draws: the slower half of the tests.
SLOWER := tests/benchmarks tests/cli tests/files tests/keras_engine tests/sheet/layouts \
  tests/sheet/training tests/training tests/views
# No download address: where packages come from is for each machine to say.
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-header --no-annotate --extra dev

.DEFAULT_GOAL := help
.PHONY: help setup hooks fast tests format lint types readme pictures pages workbooks peers ci lock

help: ## list these targets
	@awk -F ': *## ' '/^[a-z]+: *## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## a virtual environment in .venv, with what the lock file names
	python3 -m venv .venv
	.venv/bin/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	.venv/bin/python -m pip install --quiet --no-deps -e .

hooks: ## check what is committed from now on, before each commit
	pre-commit install

fast: ## the quicker half of the tests: layers, arithmetic, rules, traces, sheets
	pytest -q $(addprefix --ignore=,$(SLOWER)) --ignore-glob='tests/test_recalculation*'

tests: ## all tests but those that need LibreOffice, Keras or minutes
	pytest -q

format: ## write the code as ruff does
	ruff format .

lint: ## format and rules of the code, nothing changed
	ruff format --check .
	ruff check .

types: ## mypy, strict
	mypy

readme: ## every command of the README and of docs/ against what it prints
	python tools/readme.py --check

pictures: ## every picture of the README and of docs/ against what is drawn today
	python tools/pictures.py --check

pages: ## the page's scripts: linted, run in node, opened in Chromium
	npx --yes @biomejs/biome@2.6.8 ci --colors=off cnncalc/views/page tests/views/page tests/engines/hyperformula
	pytest -q -m page
	pytest -q -m browser

workbooks: ## the workbooks that are checked in, written anew; all judged by LibreOffice and others
	python tools/workbooks.py --check
	npm install --silent --no-package-lock --no-audit --no-fund --prefix tests/engines/hyperformula
	pytest -q -m "recalculation or engines"

peers: ## the same numbers as PyTorch and Keras; installs them
	pip install --quiet -e '.[bench]'
	CNNCALC_REQUIRE_PEERS=1 pytest -q -m peer

ci: ## everything that must hold, installed anew: takes its time
	.ci/run

lock: ## the lock file anew, with today's versions; needs uv
	$(COMPILE) --upgrade -o requirements-dev.lock pyproject.toml
