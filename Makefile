# Expo: everything a developer types. Needs Python 3.11 or newer with venv, make and a POSIX shell.
# PORT and DATABASE_URL reach the demo:  make demo PORT=8000 DATABASE_URL=postgresql://…
# ARGS goes to pytest or the bench:      make test ARGS="tests/booking -k swap"

.DEFAULT_GOAL := help
SHELL := /bin/sh
ARGS ?=
BIN := .venv/bin
TRANSLATIONS := expo/translations
# Demo and tests start many processes: what was compiled once is kept, or each of them spends two seconds on it.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo env env-dev test lint check bench storm translations lock clean format

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile

demo: env ## Open the H22 expo with demo people (PORT=, DATABASE_URL=)
	@$(if $(PORT),EXPO_PORT="$(PORT)") $(if $(DATABASE_URL),DATABASE_URL="$(DATABASE_URL)") $(BIN)/expo demo

env: # The environment for running
	@tools/environment.sh run

env-dev: # The environment for tests, in the same .venv
	@tools/environment.sh dev

test: env-dev ## Run all tests on SQLite, on PostgreSQL and in a browser
	@tools/needs.sh
	@tools/test.sh $(ARGS)

lint: env-dev ## Format, lint, types, and the floors of the house
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: env-dev ## Put the code into its form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

check: lint test ## What has to be green before a change is shared

bench: env-dev ## Measure the figures (numbers, never pass or fail)
	@$(BIN)/python -m tests.bench $(ARGS)

storm: env-dev ## Run the storm tests in full size (long)
	@EXPO_STORM=full EXPO_TEST_WORKERS=0 tools/test.sh -m storm $(ARGS)

translations: env-dev ## Gather texts to translate, then build the catalogues
	@tools/translations.sh $(TRANSLATIONS)

lock: ## Write the hashed requirement files anew (UPGRADE=1 moves to the newest)
	@tools/lock.sh

clean: ## Remove the environment and everything made by tools, but no data in var/
	@rm -rf .venv .venv.lock dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find expo tests tools migrations -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
