# Works with GNU make 3.81 (macOS) and newer.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
SITE := _build/html

.PHONY: help setup site book serve pdf test site-check lint format refresh lab bench mutate clean

help:
	@echo "make book      build the course into $(SITE) (sets everything up the first time)"
	@echo "make serve     show the built course at http://localhost:$(PORT)"
	@echo "make pdf       print the built course as one book (needs Chromium or Chrome)"
	@echo "make test      run every test: library, chapters, structure, docstrings, pages"
	@echo "make site-check audit the built pages with Lighthouse (needs Node.js)"
	@echo "make lint      check style, spelling and files"
	@echo "make format    let ruff rewrite the Python code, notebooks included"
	@echo "make refresh   run the chapters again and store their outputs (CHAPTER=name for one)"
	@echo "make lab       open the chapters in JupyterLab"
	@echo "make bench     measure convlib against PyTorch, Paddle and ONNX"
	@echo "make mutate    change convlib on purpose and count the changes that the tests notice"
	@echo "make clean     remove what was built (.venv stays)"

setup:
	@$(PYTHON) tools/setup.py

site: setup
	@$(BIN)/jupyter-book build --all -n -W --keep-going .

book: site
	@echo
	@echo "The course is in $(SITE)/index.html."
	@echo "To read it, type: make serve"

serve:
	@test -f $(SITE)/index.html || { echo "There is no site yet: type 'make book' first." >&2; exit 1; }
	@echo "The course is at http://localhost:$(PORT) (Ctrl-C stops it)."
	@$(PYTHON) -m http.server $(PORT) --bind 127.0.0.1 --directory $(SITE)

pdf: setup
	@$(BIN)/python tools/pdf.py

test: site
	@$(BIN)/pytest

site-check:
	@$(PYTHON) tools/site_check.py $(PAGES)

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/codespell
	@$(BIN)/python tools/check_files.py

format: setup
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

refresh: setup
	@$(BIN)/python tools/refresh.py $(CHAPTER)

lab: setup
	@$(BIN)/jupyter lab chapters

bench: setup
	@$(BIN)/python -m benchmarks

mutate: setup
	@$(BIN)/python tools/mutate.py

clean:
	rm -rf _build .pytest_cache .ruff_cache .hypothesis convlib.egg-info
	find . -name __pycache__ -not -path "./.venv/*" -prune -exec rm -rf {} +
