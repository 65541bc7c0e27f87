# Two commands do everything on a fresh machine: make demo, make test.
.DEFAULT_GOAL := help
VENV ?= .venv
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
BIN := $(VENV)/bin
VLLM_VENV ?= .venv-vllm
VLLM_BIN := $(VLLM_VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: help extractors demo demo-preference demo-instruction demo-simulation demo-text demo-versions demo-sensitivity demo-second-order test test-slow test-grid test-vllm check fix bench bench-audit bench-texts bench-vllm bench-second-order docs clean

help:  ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "no Python 3.11, 3.12 or 3.13 found; install one, or say make PYTHON=/path/to/python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.dev: $(BIN)/python pyproject.toml constraints.txt
	@echo "installing the test environment into $(VENV)"
	@$(PIP) -e '.[dev]'
	@touch $@

$(VENV)/.demo: $(BIN)/python pyproject.toml constraints.txt
	@echo "installing the demo's environment into $(VENV)"
	@scripts/install-torch.sh $(BIN)/python
	@$(PIP) -e '.[transformers,instructions]'
	@touch $@

$(VENV)/.instructions: $(BIN)/python pyproject.toml constraints.txt
	@echo "installing what audits of instructions rest on into $(VENV)"
	@$(PIP) -e '.[instructions]'
	@touch $@

$(VENV)/.train: $(BIN)/python pyproject.toml constraints.txt
	@echo "installing what the learner of words rests on into $(VENV)"
	@$(PIP) -e '.[train]'
	@touch $@

$(VENV)/.extractors: $(VENV)/.demo
	@echo "installing what the extractors rest on into $(VENV)"
	@$(PIP) -e '.[embedding,lexicon,syntax,toxicity,train,finetune]'
	@touch $@

$(VLLM_BIN)/python:
	@test -n "$(PYTHON)" || { echo "no Python 3.11, 3.12 or 3.13 found; install one, or say make PYTHON=/path/to/python3.12"; exit 1; }
	$(PYTHON) -m venv $(VLLM_VENV)

$(VLLM_VENV)/.vllm: $(VLLM_BIN)/python pyproject.toml constraints-vllm.txt scripts/install-vllm.sh scripts/install-torch.sh
	@echo "installing vLLM into $(VLLM_VENV)"
	@scripts/install-vllm.sh $(VLLM_BIN)/python
	@touch $@

demo: $(VENV)/.demo  ## run the demo study from prompts to report, on a real small model
	$(BIN)/harness run demo_irony

demo-preference: $(VENV)/.demo  ## the demo of preferences: which answer is better
	$(BIN)/harness run demo_preference

demo-instruction: $(VENV)/.demo  ## the demo of instructions: what users of an app would ask
	$(BIN)/harness run demo_instruction

demo-simulation: $(VENV)/.demo  ## the demo of simulations: two people talk
	$(BIN)/harness run demo_simulation

demo-text: $(VENV)/.demo  ## the demo of texts: the same in other words, by drawn personas
	$(BIN)/harness run demo_text

demo-sensitivity: $(VENV)/.demo  ## one question in twelve prompts: what is the prompt's doing, and what is there whatever the prompt
	$(BIN)/harness run demo_sensitivity

demo-versions: $(VENV)/.instructions  ## what changed from one version of a model to the next; calls no model
	$(BIN)/harness audit demo_versions
	$(BIN)/harness compare demo_versions
	$(BIN)/harness report demo_versions

demo-second-order: $(VENV)/.train  ## what a learner shows that rewritten texts taught, and one that people taught; calls no model
	$(BIN)/harness train demo_second_order
	$(BIN)/harness audit demo_second_order --audit text_length --audit word_length --audit punctuation --audit contractions --audit first_person
	$(BIN)/harness report demo_second_order

test: $(VENV)/.dev  ## run the tests (fast ones; says what it leaves out)
	$(BIN)/python -m pytest -n 2

extractors: $(VENV)/.extractors  ## install what the extractors rest on (sentence vectors, spaCy); tests run without, and say so

test-slow: $(VENV)/.dev $(VENV)/.demo $(VENV)/.extractors  ## run the others: simulations over the whole grid, real model, browser
	$(BIN)/python -m pytest -n 2 -m "slow or model or browser"

test-grid: $(VENV)/.dev  ## the widest simulations, of comparisons and halves, and the larger second model
	$(BIN)/python -m pytest -n 2 -m grid

test-vllm: $(VLLM_VENV)/.vllm  ## run the tests of a real vLLM engine, in an environment of its own
	$(VLLM_BIN)/python -m pytest -m vllm tests/vllm

check: $(VENV)/.dev  ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fix: $(VENV)/.dev  ## mend lint and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev  ## measure speed and memory on this machine
	$(BIN)/python benchmarks/generate.py

bench-audit: $(VENV)/.dev  ## measure the label audits from 10^4 to 10^7 annotations (20 minutes)
	$(BIN)/python benchmarks/audit.py

bench-texts: $(VENV)/.dev $(VENV)/.extractors  ## measure extractors and audits of texts over 1,000 to 100,000 texts (20 minutes)
	$(BIN)/python benchmarks/texts.py

bench-vllm: $(VLLM_VENV)/.vllm  ## measure asking through the harness beside bare vLLM
	$(VLLM_BIN)/python benchmarks/vllm_engine.py

bench-second-order: $(VENV)/.extractors  ## teach with people's texts and with rewrites, and write docs/second-order.md (an hour; needs the shared data)
	$(BIN)/python benchmarks/second_order.py $${HARNESS_SHARED_DATA:-../shared/data}/free_form_text/worker_vs_gpt

docs: $(VENV)/.dev  ## write the generated parts of docs/
	$(BIN)/python -m harness.reference docs/reference.md

clean:  ## remove the environment and caches; runs/ stays
	rm -rf $(VENV) $(VLLM_VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis build dist *.egg-info
