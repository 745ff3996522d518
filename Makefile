# Everything starts here. A bare machine needs Python 3.11 or newer and make; `make` alone lists what there is.

SHELL := /bin/sh
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(if $(shell $(name) -c 'import sys; print("yes") if sys.version_info >= (3, 11) else None' 2>/dev/null),$(name))))
SOAK_MINUTES ?= 10
TEST_WORKERS ?= auto
m ?=
export SOAK_MINUTES
export REFLEX_USE_NPM := 1
export REFLEX_TELEMETRY_ENABLED := false
export REFLEX_CHECK_LATEST_VERSION := false

# $(call install,NAME,FILES): install the pinned files unless $(VENV)/NAME.installed already holds their checksum.
# Checksums, not times: a fresh clone has new times on old files, and several checkouts may share one environment.
define install
	@sum="$$(cat $(2) | cksum)"; \
	if [ "$$sum" != "$$(cat $(VENV)/$(1).installed 2>/dev/null)" ]; then \
	  echo "· Installing $(1) packages"; \
	  if command -v uv >/dev/null 2>&1; then \
	    uv pip install --quiet --python $(BIN)/python --require-hashes $(addprefix -r ,$(2)); \
	  else \
	    { $(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null; } && \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes $(addprefix -r ,$(2)); \
	  fi && echo "$$sum" > $(VENV)/$(1).installed; \
	fi
endef

.PHONY: help run test check lint format bench soak demo migration lock lighthouse setup runtime development

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: runtime ## Install, migrate, load demo data, build and serve on http://localhost:$PORT
	@exec $(BIN)/python -m sessions_app.serve

test: development ## The whole suite: SQLite, PostgreSQL, Valkey and Chromium included
	@$(BIN)/python -m tests.infra.chromium
	@ENV_FILE= $(BIN)/python -m sessions_app.frontend
	@$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist worksteal

check: development ## Lint, format, types, import directions, then the suite
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory test

lint: development ## Lint, format, types and import directions only (seconds)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

format: development ## Put the code into the one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: development ## Slot engine, bookings, endpoints and screens against targets and references (idle machine)
	@$(BIN)/python -m benchmarks

soak: development ## The long runs: 30 kills of the server, and races and random months of SOAK_MINUTES (10) each
	@$(BIN)/python -m pytest -m soak --timeout 0 -s

demo: runtime ## Load the demo data again
	@$(BIN)/python -m sessions_app.demo

migration: development ## Write a migration for the changed models: make migration m="add rooms"
	@if [ -z "$(m)" ]; then echo 'Say what it does: make migration m="add rooms"' >&2; exit 1; fi
	@mkdir -p .states && rm -f .states/migration.db*
	@DATABASE_URL=sqlite:///.states/migration.db $(BIN)/python -m alembic upgrade head
	@DATABASE_URL=sqlite:///.states/migration.db $(BIN)/python -m alembic revision --autogenerate -m "$(m)"
	@$(BIN)/ruff format --quiet alembic/versions

lock: export UV_CUSTOM_COMPILE_COMMAND := make lock
lock: $(BIN)/python ## Pin requirements*.in with hashes (needs uv)
	@command -v uv >/dev/null 2>&1 || { echo 'make lock needs uv: pip install uv' >&2; exit 1; }
	uv pip compile --quiet --universal --generate-hashes --no-annotate --python-version 3.11 requirements.in -o requirements.txt
	uv pip compile --quiet --universal --generate-hashes --no-annotate --python-version 3.11 requirements-dev.in -o requirements-dev.txt

lighthouse: development ## Lighthouse (desktop, median of three) on the running server: make lighthouse URLS="…"
	@$(BIN)/python -m tests.infra.lighthouse $(URLS)

setup: development ## Everything installed, nothing started

runtime: $(BIN)/python
	$(call install,runtime,requirements.txt)

development: runtime
	$(call install,development,requirements-dev.txt)

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then echo 'Python 3.11 or newer is needed, and python3 is none. Set PYTHON=/path/to/python.' >&2; exit 1; fi
	@echo "· Making the environment in $(VENV)"
	@if command -v uv >/dev/null 2>&1; then uv venv --quiet --python $(PYTHON) $(VENV); else $(PYTHON) -m venv $(VENV); fi
