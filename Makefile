# Two commands matter to a newcomer: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# The front end is there when pip comes: it need not build it once more.
PIP := SKIP_JUPYTER_BUILDER=1 $(BIN)/python -m pip --disable-pip-version-check
VIEWER := nb_persistent_stream/static/widget.js
SOURCES := $(shell find js/src js/schema js/licenses -type f) js/build.mjs js/notices.mjs js/tsconfig.json
ARGS ?=
# The labextension is used where it is built: a new build needs no new installation.
LABEXTENSION := $(VENV)/share/jupyter/labextensions/nb-persistent-stream
LINK = rm -rf $(LABEXTENSION) && ln -s $(CURDIR)/nb_persistent_stream/labextension $(LABEXTENSION)

.DEFAULT_GOAL := help
.PHONY: help demo test check soak dev docs build lint format nbval audit dist bench bench-viewer lock clean chromium redis

help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/.demo ## Open JupyterLab on the demo notebook (ARGS=--no-browser for a server)
	@if [ -z "$$OPENAI_API_KEY$$OPENAI_BASE_URL$$NB_STREAM_MODEL" ]; then \
	  echo "No OPENAI_API_KEY is set: the notebook uses the embedded demo model, which is offline."; \
	  export NB_STREAM_MODEL=demo; \
	fi; \
	if [ "$$(id -u)" = 0 ]; then root=--allow-root; fi; \
	exec $(BIN)/jupyter lab $$root notebooks/demo.ipynb $(ARGS)

test: $(VENV)/.dev chromium lint ## Install what is missing and run everything
	cd js && npm test
	$(BIN)/python -m pytest -m "not e2e and not soak" $(ARGS)
	$(MAKE) nbval
	$(BIN)/python -m pytest tests/e2e -m "not soak"

check: $(VENV)/.dev lint ## The inner loop: all that takes about a minute
	cd js && npm test
	$(BIN)/python -m pytest -q -m "not slow and not e2e and not soak" $(ARGS)

# The bounds of tests/faults can be set: kills of processes, seconds for them, power failures of each
# kind, seconds of a lock, and a crowd's kernels, streams, servers, pages and seconds. So can
# NB_SOAK_SEED.
soak: export NB_SOAK_KILLS ?= 200
soak: export NB_SOAK_SECONDS ?= 2700
soak: export NB_SOAK_POWER ?= 500
soak: export NB_SOAK_LOCKED ?= 30
soak: export NB_SOAK_CROWD ?= 32,64,4,500,60
soak: $(VENV)/.dev chromium ## The long forms: each byte, thousands of cycles, kills at random (over an hour)
	$(BIN)/python -m pytest -o faulthandler_timeout=0 -m soak tests $(ARGS)
	$(BIN)/python -m pytest -o faulthandler_timeout=0 -m slow -s tests/faults $(ARGS)

dev: $(VENV)/.dev ## Rebuild the front end whenever it changes
	cd js && npm run watch

build: $(VIEWER) ## Build the front end

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	cd js && npm run check

format: $(VENV)/.dev ## Format everything
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd js && npm run format

# The notebooks share a store of their own; demo.ipynb comes first and leaves watch.ipynb a stream.
nbval: $(VENV)/.dev
	store=$$(mktemp -d) && trap 'rm -rf "$$store"' EXIT && \
	NB_STREAM_STORE=$$store/streams.db NB_STREAM_MODEL=demo \
	  $(BIN)/python -m pytest --nbval-lax notebooks/demo.ipynb notebooks/watch.ipynb \
	    notebooks/providers.ipynb notebooks/reuse.ipynb

docs: $(VENV)/.dev ## Make the reference of what is served anew
	$(BIN)/python docs/reference.py

lock: $(VENV)/.dev ## Renew both lock files
	$(BIN)/uv pip compile --quiet --universal --python-version 3.10 --upgrade \
	  --no-annotate --no-header --no-emit-index-url --all-extras --no-emit-package nb-persistent-stream pyproject.toml -o requirements.lock
	cd js && npm update

# Both ask a registry that answers such questions; not all mirrors do.
audit: $(VENV)/.dev ## Ask the registries for known weaknesses of the dependencies
	$(BIN)/uv tool run pip-audit@2.10.1 --strict --no-deps --disable-pip --requirement requirements.lock
	cd js && npm audit

# The bill of Python materials is of what pip installs with the wheel, at the locked versions.
dist: $(VENV)/.dev ## Make the sdist, the wheel and their bills of materials in dist/
	rm -rf dist && $(BIN)/uv build --quiet --out-dir dist
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	$(BIN)/uv venv --quiet "$$folder/venv" && \
	$(BIN)/uv pip install --quiet --python "$$folder/venv" --constraint requirements.lock dist/*.whl && \
	$(BIN)/uv tool run --from cyclonedx-bom@7.5.0 cyclonedx-py environment --pyproject pyproject.toml \
	  --output-reproducible --output-file dist/python.cdx.json "$$folder/venv"
	cd js && npm sbom --omit=dev --sbom-format=cyclonedx > ../dist/viewer.cdx.json

bench: $(VENV)/.dev chromium redis ## Measure all beside its peers, on this machine (ARGS=latency for one part)
	cd benchmarks/peers && npm ci --no-fund --no-audit
	$(PYTHON) -m venv benchmarks/peers/.venv
	benchmarks/peers/.venv/bin/pip --disable-pip-version-check install --quiet --requirement benchmarks/peers/requirements.lock
	$(BIN)/python -m benchmarks.run $(ARGS)

bench-viewer: $(VENV)/.dev chromium ## Measure the viewer against other Markdown renderers
	cd js/bench && npm ci --no-fund --no-audit && node build.mjs
	$(BIN)/python js/bench/run.py

clean: ## Remove what was built and installed
	rm -rf $(VENV) dist artifacts nb_persistent_stream/static nb_persistent_stream/labextension js/node_modules js/bench/node_modules js/bench/dist benchmarks/peers/node_modules benchmarks/peers/.venv

chromium:
	@command -v chromium >/dev/null || if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && apt-get install -y -qq chromium; \
	else \
	  echo "The browser tests need Chromium. Install it, for example: sudo apt-get install chromium"; exit 1; \
	fi

# One peer keeps its streams in Redis; its figures are left out where there is none.
redis:
	@command -v redis-server >/dev/null || if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends redis-server; \
	else \
	  echo "Without a redis-server there are no figures of resumable-stream."; \
	fi

# To build takes little; to check and test takes all.
js/node_modules/.build: js/package.json js/package-lock.json
	cd js && npm ci --no-fund --no-audit --omit=dev
	touch $@

js/node_modules/.dev: js/package.json js/package-lock.json
	cd js && npm ci --no-fund --no-audit
	touch js/node_modules/.build $@

$(VIEWER): $(SOURCES) | js/node_modules/.build
	cd js && npm run build

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml requirements.lock | $(VIEWER) $(VENV)/bin/python
	$(PIP) install --quiet --constraint requirements.lock --editable ".[demo]"
	$(LINK)
	touch $@

$(VENV)/.dev: pyproject.toml requirements.lock | js/node_modules/.dev $(VIEWER) $(VENV)/bin/python
	$(PIP) install --quiet --constraint requirements.lock --editable ".[dev]"
	$(LINK)
	touch $@
