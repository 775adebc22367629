# The portal's commands. `make help` lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
WORKERS ?= 2

.PHONY: help run test check e2e bench prove setup setup-dev audit requirements wheels translations clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## Install what is needed and start the portal as a demo (PORT, DATA_DIR, DEMO_PASSWORD)
	@PORTAL_MODE=$${PORTAL_MODE:-demo} exec $(BIN)/python run.py

test: setup-dev ## Run the tests; browser tests need Chromium, and make prove runs the slow ones
	@scripts/test.sh $(WORKERS)

e2e: setup-dev ## Run the browser tests only
	@$(BIN)/python -m pytest -m browser

bench: setup-dev ## Measure each main page against stock AppBuilder and Django's admin (PEOPLE=100000; DATABASE_URL=postgresql+psycopg://...; COUNT=1: instructions)
	@scripts/setup.sh requirements-bench.txt .venv-bench
	@$(BIN)/python -m bench.speed $(if $(COUNT),--count)

prove: setup-dev ## Prove the promises about loss, faults, access and speed (SHORT=1; ONLY=loss,faults; DATABASE=postgresql+psycopg://..., REDIS=redis://...)
	@$(if $(SHORT),true,scripts/setup.sh requirements-bench.txt .venv-bench)
	@$(BIN)/python -m bench.prove $(if $(SHORT),--short) $(if $(ONLY),--only $(ONLY)) \
		$(if $(DATABASE),--database $(DATABASE)) $(if $(REDIS),--redis $(REDIS))

check: setup-dev ## Check lint, format, types, words and the imports between areas
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m scripts.check_words

audit: setup-dev ## Look for known vulnerabilities, breaches of our rules and secrets; write the bill of materials (dist/sbom.json)
	@scripts/setup.sh requirements-audit.txt .venv-audit
	@$(BIN)/python scripts/audit.py
	@REQUIRE_AUDIT=1 $(BIN)/python -m pytest -q tests/rules

setup:
	@scripts/setup.sh requirements.txt

setup-dev:
	@scripts/setup.sh requirements-dev.txt

requirements: setup-dev ## Compile requirements*.in into pinned lists with hashes (UPGRADE=--upgrade for newer ones)
	UV_CUSTOM_COMPILE_COMMAND="make requirements" $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes $(UPGRADE) requirements.in -o requirements.txt
	UV_CUSTOM_COMPILE_COMMAND="make requirements" $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes $(UPGRADE) requirements-dev.in -o requirements-dev.txt
	UV_CUSTOM_COMPILE_COMMAND="make requirements" $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
		--no-strip-extras --generate-hashes $(UPGRADE) requirements-audit.in -o requirements-audit.txt
	UV_CUSTOM_COMPILE_COMMAND="make requirements" $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes $(UPGRADE) requirements-bench.in -o requirements-bench.txt

wheels: setup-dev ## Check that every pinned package has a wheel for Python 3.11 to 3.14, on x86-64 and ARM
	@scripts/check-wheels.sh

translations: setup-dev ## Update the translation catalogues with the texts in the code
	@$(BIN)/python -m scripts.translations

clean: ## Remove the virtual environment and caches; the portal's data stays
	rm -rf dist .venv .venv-audit .venv-bench .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
