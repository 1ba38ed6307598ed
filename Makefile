# Everything one does with this repository. `make help` lists the targets.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null || echo $(VENV)/bin/uv)
LOCK := uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help install dev words catalogs demo test lint check bench chaos screenshots lock lock-nlu clean

help: ## this list
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: $(VENV)/.installed ## the environment .venv with the command salomat in it

dev: $(VENV)/.dev

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Salomat needs Python 3.11 or newer; say PYTHON=python3.12 make …" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	@command -v uv >/dev/null || $(BIN)/pip install --quiet --disable-pip-version-check uv

$(VENV)/.installed: requirements.txt pyproject.toml | $(VENV)/bin/python
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.installed
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@touch $@

CATALOGS := $(patsubst %.po,%.mo,$(wildcard content/*/LC_MESSAGES/messages.po))
content/%/LC_MESSAGES/messages.mo: content/%/LC_MESSAGES/messages.po
	@$(BIN)/pybabel --quiet compile -i $< -o $@

words: install $(CATALOGS) ## compile the catalogs

EXTRACT := $(BIN)/pybabel --quiet extract -F babel.cfg -k _ -k n_:1,2 --no-location --sort-output --no-wrap \
	--project=Salomat --version=1 -o var/messages.pot .
UPDATE := $(BIN)/pybabel --quiet update -i var/messages.pot -d content --no-wrap --no-fuzzy-matching --ignore-obsolete \
	--ignore-pot-creation-date

catalogs: install ## collect new sentences from the code into both catalogs
	@mkdir -p var && $(EXTRACT) && $(UPDATE)

demo: words ## set everything up and run it all in this terminal (NLU=embedded: without Rasa)
	@$(BIN)/salomat demo $(if $(NLU),--nlu $(NLU))

test: dev words ## every test, on a real PostgreSQL, Rasa and browser
	$(BIN)/python -m pytest -n 2 --dist loadgroup --cov --durations 12 --ignore tests/demo $(PYTEST_ARGS)
	$(BIN)/python -m pytest tests/demo $(PYTEST_ARGS)

lint: dev words ## style, types, import arrows, catalogs, known vulnerabilities
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@mkdir -p var && $(EXTRACT) && $(UPDATE) --check || (echo "the catalogs are not fresh: make catalogs, then translate"; exit 1)
	@$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.txt > var/pip-audit.txt 2>&1 \
		|| echo "pip-audit: could not run or found something, see var/pip-audit.txt"
	@grep -im1 vulnerabilit var/pip-audit.txt || true

check: lint test ## what CI runs

screenshots: dev ## take the README's pictures from the running demo
	$(BIN)/python docs/screenshots.py $(PORT)

bench: dev ## speed, side by side with what people would use instead
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

chaos: dev words ## the long kill tests; CHAOS_SEED=… repeats one, CHAOS_DUE=… is its size (10000), CHAOS_LOG=… keeps the workers' log
	$(BIN)/python -m pytest -m chaos -s $(PYTEST_ARGS)

lock: ## pin every dependency with its hashes
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) pyproject.toml --extra dev -c requirements.txt -o requirements-dev.txt

lock-nlu: ## pin what Rasa's own Python 3.10 needs
	uv pip compile -q --python-version 3.10 --generate-hashes --no-emit-index-url --custom-compile-command "make lock-nlu" \
		nlu/pyproject.toml -o nlu/requirements.txt

clean: ## forget the environment (the data in var/ stays)
	rm -rf $(VENV)
