# Thin on purpose: the work is in deploy/scripts/setup.py and in the `hcc` command.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
CARGO := cd native && cargo
# Processes that test at one time: one more than there are cores, since many tests wait. Each has servers of its own.
WORKERS ?= $(shell cores=$$(nproc); echo $$((cores < 8 ? cores + 1 : 8)))
LOCK := uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate

.PHONY: run test fuzz lint bench build clean lock help setup assets words screenshots

setup:
	@deploy/scripts/bootstrap

run: setup ## start the whole platform on private data under .run/; Ctrl-C stops it
	@exec $(BIN)/hcc up

test: ## every test
	@deploy/scripts/bootstrap --for-tests
	@$(CARGO) test --workspace --quiet --locked
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n $(WORKERS) -m "not alone and not stack"
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -m "alone or stack"

fuzz: setup ## fuzz every target, led by coverage, SECONDS=20 each
	@SECONDS_EACH=$(or $(SECONDS),20) native/fuzz/run

lint: setup ## style, types and rules of Python and Rust
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && deploy/scripts/check-sizes
	@$(CARGO) fmt --all --check && cargo clippy --workspace --all-targets --locked --quiet -- -D warnings

bench: $(patsubst bench/%.py,bench-%,$(wildcard bench/[a-z]*.py)) ## every bench; one alone: make bench-NAME

bench-%:
	@deploy/scripts/bootstrap --for-tests
	@$(BIN)/python bench/$*.py

build: setup ## install what is missing and build, without starting anything

lock: setup ## resolve requirements/*.in anew into locked files
	@$(BIN)/pip install --quiet uv && cd requirements && ../$(BIN)/$(LOCK) runtime.in -o runtime.txt && ../$(BIN)/$(LOCK) dev.in -o dev.txt

assets: ## build the panel's style and scripts anew; needs Node
	@deploy/scripts/bootstrap --for-tests
	@cd control/web/assets && npm ci --no-audit --no-fund --ignore-scripts --silent && npm run --silent build

screenshots: ## look at every page of the panel, into docs/screenshots/
	@deploy/scripts/bootstrap --for-tests
	@PYTHONPATH=. $(BIN)/python deploy/scripts/screenshots.py

words: ## gather the panel's texts, and put new ones into the catalogues
	@$(BIN)/pybabel -q extract -F control/web/locale/babel.cfg -k N_ -k said -k words -k Conflict -k Forbidden -k Unavailable -k Unauthorized -k BadRequest -k RateLimited -k PreconditionFailed -k FieldError:2 -k ValidationFailed:2 --no-location --sort-output --omit-header -o control/web/locale/panel.pot .
	@$(BIN)/pybabel -q update -D panel -d control/web/locale -i control/web/locale/panel.pot --no-fuzzy-matching --ignore-obsolete -w 1000
	@sed -i -E '/^"(Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By):/d' control/web/locale/*/LC_MESSAGES/panel.po

clean: ## remove what was built; data under .run/ stays
	@rm -rf .venv .build native/target build *.egg-info native/kernels/hcc_kernels/*.so

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
