# One command each; what is missing is installed first (Debian 12). `make help` lists them.
BUILD := build
.DEFAULT_GOAL := help
.PHONY: help setup build demo check test test-all bench docs format lint clean env-demo env-test

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-10s%s\n", $$1, $$2 }' Makefile

setup: ## install what the build needs (Debian packages)
	@tools/dev/setup.sh apt build

build: setup ## build everything into build/
	@[ -f $(BUILD)/build.ninja ] || cmake --preset release >/dev/null
	@cmake --build $(BUILD) $(if $(TARGETS),--target $(TARGETS))

demo: ## run MiniLM on sentences, from nothing, without torch
	@tools/dev/setup.sh apt build
	@$(MAKE) --no-print-directory -j2 env-demo build TARGETS="graph-run graph-translate"
	@.venv/bin/python examples/minilm/demo.py

check: build ## the lit and unit tests; FILTER=softmax for some of them
	@/usr/lib/llvm-22/bin/lit -sv $(if $(FILTER),--filter '$(FILTER)') $(BUILD)/test
	@[ -n "$(FILTER)" ] || [ ! -x $(BUILD)/bin/graph-opt-unit-tests ] || $(BUILD)/bin/graph-opt-unit-tests --gtest_brief=1

test: ## all that a machine without a GPU can, in at most 35 minutes from nothing
	@tools/dev/setup.sh apt build
	@$(MAKE) --no-print-directory -j2 env-test build
	@/usr/bin/python3 tools/dev/run-tests.py $(TEST_ARGS)

test-all: ## make test and every long suite (hours); writes test/results/
	@tools/dev/setup.sh apt build lint
	@$(MAKE) --no-print-directory test TEST_ARGS=--all

bench: ## measure speed beside torch and onnxruntime; writes benchmarks/results/
	@tools/dev/setup.sh apt build bench
	@$(MAKE) --no-print-directory -j2 env-test build
	@.venv-test/bin/python benchmarks/bench.py $(BENCH_ARGS)

docs: build ## regenerate docs/generated
	@/usr/bin/python3 tools/dev/gen-docs.py

format: ## clang-format and ruff over the tree
	@tools/dev/setup.sh apt lint
	@git ls-files '*.cpp' '*.h' '*.c' | xargs -r clang-format-22 -i
	@[ ! -x .venv-test/bin/ruff ] || .venv-test/bin/ruff format -q .

lint: build ## clang-tidy on the files that differ from main, clang-format and ruff on all
	@tools/dev/setup.sh apt lint
	@tools/dev/setup.sh venv test
	@tools/dev/lint.sh

clean: ## remove the build trees
	@rm -rf build build-asan build-debug

env-demo:
	@tools/dev/setup.sh venv demo
env-test:
	@tools/dev/setup.sh venv test
