# Two commands do everything: `make audit` and `make test`.
# Each makes a virtual environment if there is none and installs what it needs.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

export OMP_NUM_THREADS ?= 1
export TOKENIZERS_PARALLELISM ?= false

.PHONY: audit test clean

audit: $(VENV)/.audit
	$(BIN)/mobtheory audit --output report

test: $(VENV)/.test
	$(BIN)/python -m pytest -n 2 --dist worksteal tests mobtheory --doctest-modules

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.audit: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --editable ".[models,proofs]"
	touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --editable ".[all]"
	touch $@ $(VENV)/.audit

clean:
	rm -rf $(VENV) build dist report
