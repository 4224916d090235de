# Two commands for a newcomer: `make demo` and `make test`. Each makes .venv if it is missing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# PyTorch: `make demo TORCH_INDEX=https://download.pytorch.org/whl/cpu` takes the CPU build.
TORCH ?= torch==2.13.0
TORCH_INDEX ?=
EXTRAS ?= dev,teachers,video,cluster,postgres,faiss,onnx
JOBS ?= 2
DATA ?= ../shared/data
RUNS ?= runs
# Processes that tests start would compile everything anew each time.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test test-slow faults test-transformers4 lint types format bench docs clean install

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Skelshot needs Python 3.11 or newer, found " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV) || { echo "On Debian: apt-get install python3-venv"; exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) "$(TORCH)"
	$(BIN)/pip install --quiet --disable-pip-version-check -e ".[$(EXTRAS)]"
	@touch $@

demo: install
	$(BIN)/skelshot demo --out $(RUNS)/demo

test: install
	$(BIN)/pytest -n $(JOBS) -m "not slow and not faults and not docs" -q

test-slow: install
	$(BIN)/pytest -m slow -q

# Everything of tests/faults: kills at every file operation, full disks, all hostile inputs.
faults: install
	$(BIN)/pytest -n $(JOBS) -q tests/faults

# The teachers on transformers 4, which is put beside the 5 that is installed; the mini one is
# trained on 5 alone.
test-transformers4: install
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --upgrade --target .transformers4 \
		transformers==4.57.3 'tokenizers>=0.22,<0.23' 'huggingface-hub>=0.34,<1' \
		requests urllib3 idna certifi charset-normalizer
	PYTHONPATH=.transformers4 $(BIN)/pytest -q tests/teachers tests/mini_teacher \
		--ignore tests/mini_teacher/test_training.py --ignore tests/mini_teacher/test_golden.py

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: install
	$(BIN)/mypy

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install
	$(BIN)/python benchmarks/finetune.py
	$(BIN)/python benchmarks/encoders.py

# Brings the option tables and the picture of the rooms up to date, then runs the guide's commands, all pages' Python snippets and
# what else is marked `run`, and the docstrings' examples; checks links and published numbers.
docs: install
	$(BIN)/python docs/write_options.py
	$(BIN)/python docs/draw_rooms.py
	$(BIN)/pytest -q tests/docs src/skelshot

clean:
	rm -rf $(VENV) .transformers4 runs .pytest_cache .mypy_cache .ruff_cache .hypothesis
