# make run: the product with demo data on http://localhost:8000. make test: everything that is checked.
export DATA_DIR ?= $(CURDIR)/data
export HELPDESK_TOOLS ?= $(HOME)/.cache/helpdesk/tools
export PATH := $(HELPDESK_TOOLS)/node/bin:$(PATH):$(HOME)/.cargo/bin:$(HELPDESK_TOOLS)/bin
binary = $(or $(CARGO_TARGET_DIR),target)/fast/helpdesk

.PHONY: run build test fmt clean-data
.DEFAULT_GOAL := run

run: build
	@exec $(binary) serve --demo

build:
	@scripts/setup.sh run
	@scripts/console.sh
	@cargo build --locked --profile fast --bin helpdesk

test:
	@scripts/setup.sh test
	@scripts/test.sh

fmt:
	@cargo fmt --all
	@cd web && npm exec -- biome check --write .

# Removes the database and the files of `make run`.
clean-data:
	@scripts/clean-data.sh
