# Every command a person types. Plain `make` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PORT ?= 8000
BIN := .venv/bin
DEMO_DATABASE := $(CURDIR)/var/demo.sqlite3
export PORT

.PHONY: help demo demo-reset setup setup-python setup-field check check-python check-field test test-fast test-slow \
        test-postgres test-browser test-field soak bench backup-check format lock migrations clean

help: ## list these targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: setup-python setup-field ## set everything up and serve the demonstration on PORT (8000)
	@mkdir -p var
	@TOSO_DEMO=1 DATABASE_URL="$${DATABASE_URL:-sqlite:///$(DEMO_DATABASE)}" exec $(BIN)/toso demo --port $(PORT)

demo-reset: ## throw the demonstration data away; the next `make demo` starts over
	@rm -f $(DEMO_DATABASE) $(DEMO_DATABASE)-wal $(DEMO_DATABASE)-shm $(DEMO_DATABASE)-journal
	@echo "The demonstration data is gone; 'make demo' builds it anew."

setup: setup-python setup-field ## virtual environment, locked dependencies, phone app built

setup-python:
	@scripts/setup-python.sh

setup-field:
	@scripts/setup-field.sh build

check: setup-python ## format, lint, types, walls, translations, migrations, addresses
	@scripts/setup-field.sh modules
	@scripts/check.sh

check-python: setup-python ## the same for Python only
	@scripts/check.sh python

check-field: ## the same for the phone app only
	@scripts/setup-field.sh modules
	@scripts/check.sh field

test: ## everything: checks, SQLite, PostgreSQL, phone app, real browser
	@scripts/test.sh all

test-fast: setup-python ## Python tests on SQLite only
	@scripts/test.sh fast

test-slow: setup-python ## the long suites (faults under load, large data)
	@scripts/test.sh slow

test-postgres: setup-python ## Python tests on PostgreSQL only
	@scripts/test.sh postgres

test-field: ## vitest of the phone app only
	@scripts/setup-field.sh modules
	@scripts/test.sh field

test-browser: setup ## journeys in a real browser only
	@scripts/test.sh browser

soak: setup-python ## 10,000 schedules of the sync state machine (TOSO_SCHEDULES)
	@TOSO_SCHEDULES="$${TOSO_SCHEDULES:-10000}" scripts/test.sh soak

bench: setup-python ## measure; results are kept with their date in benchmarks/
	@$(BIN)/toso bench $(ARGS)

backup-check: setup-python ## back up the demonstration, restore it elsewhere, compare
	@scripts/backup-check.sh

format: setup-python ## format and fix what can be fixed
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lock: setup-python ## write requirements.lock anew from pyproject.toml
	@scripts/lock.sh

migrations: setup-python ## write migrations for changed models
	@TOSO_DEMO=1 $(BIN)/django-admin makemigrations --settings toso.config.settings

clean: ## remove what can be built again (keeps var/)
	@rm -rf .venv field/node_modules field/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
