# Two commands do everything: `make audit` and `make test`. `make prove` runs the proofs, some of
# which need Coq besides; `make bench` measures.
# Each makes a virtual environment if there is none and installs what it needs.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

export OMP_NUM_THREADS ?= 1
export TOKENIZERS_PARALLELISM ?= false

# The peers stay out of the environment of the tests; their plugin would run there too.
BENCH_VENV ?= .venv-bench
BENCH := $(BENCH_VENV)/bin/python

# So do other people's selectors.
THIRD_VENV ?= .venv-third-party
THIRD := $(THIRD_VENV)/bin/python

.PHONY: audit prove test notebooks bench bench-quick third-party clean mutants kills proof-index coq-statements

audit: $(VENV)/.audit
	$(BIN)/mobtheory audit --output report

prove: $(VENV)/.audit
	$(BIN)/mobtheory prove

test: $(VENV)/.test
	$(BIN)/python -m pytest -n 2 --dist worksteal tests mobtheory --doctest-modules

# Executes the notebooks; MOBTHEORY_MODEL names another model than the embedded one for the third.
notebooks: $(VENV)/.test
	$(BIN)/python -m pytest --nbmake -n 2 notebooks

# MOBTHEORY_PMED names the folder with OR-Library's graphs; benchmarks/fetch_pmed.py gets them.
bench: $(BENCH_VENV)/.bench
	@test -d "$$MOBTHEORY_PMED" || { echo "Set MOBTHEORY_PMED to the folder of OR-Library's graphs:" \
		"see docs/benchmarks.md" >&2; exit 1; }
	mkdir -p benchmarks/results
	$(BENCH) -m pytest benchmarks --benchmark-json=benchmarks/results/full.json
	$(BENCH) -m benchmarks.table --write

bench-quick: $(BENCH_VENV)/.bench
	mkdir -p build
	$(BENCH) -m pytest benchmarks --quick --benchmark-json=build/bench-quick.json
	$(BENCH) -m benchmarks.table --results build/bench-quick.json

# What other people's selectors keep of the guarantees; writes docs/third_party.md.
third-party: $(THIRD_VENV)/.third-party
	$(THIRD) -m benchmarks.third_party

# Changes every proved statement in turn and asks whether a proof or a test notices; minutes.
mutants: $(VENV)/.test
	$(BIN)/python -m tests.quality.mutation --write

# Confronts the kit with every planted bug and every correct algorithm; a stopped run goes on.
kills: $(VENV)/.test
	$(BIN)/python -m tests.quality.kill_table --write

proof-index: $(VENV)/.audit
	$(BIN)/python -m mobtheory.report.proof_index proofs/README.md

# Runs every proof first, so it needs Coq 8.16.
coq-statements: $(VENV)/.audit
	$(BIN)/python -m mobtheory.report.coq_statements proofs/coq/statements.md

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(BENCH_VENV)/.bench: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH) -m pip --disable-pip-version-check install --quiet --constraint constraints.txt \
		--editable ".[bench]"
	touch $@

$(THIRD_VENV)/.third-party: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(THIRD_VENV)
	$(THIRD) -m pip --disable-pip-version-check install --quiet --constraint constraints.txt \
		--editable ".[third-party]"
	touch $@

$(VENV)/.audit: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --editable ".[models,proofs]"
	touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --editable ".[all]"
	touch $@ $(VENV)/.audit

clean:
	rm -rf $(VENV) $(BENCH_VENV) $(THIRD_VENV) build dist report
