# zen-gc: every command of a developer. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test proof soak mutate hostile tenants host lint fix check coverage bench million fuzz mistakes apiserver helm programs released pins compat image wheel sbom chart crds docs site lock clean

help:  ## Show this list.
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/run  ## Show it all on an embedded cluster, in under a minute.
	@$(BIN)/zen-gc demo

test: $(VENV)/dev  ## Run all tests, on the embedded and on the real API server.
	@$(BIN)/python apiserver/build.py || true
	@$(BIN)/python tools/programs.py --all-quick || true
	@$(BIN)/python -m pytest -n auto --dist worksteal

lint: $(VENV)/dev  ## Check style, types and the import contracts.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/mypy --config-file tests/mypy.ini -p tests -p benchmarks
	@$(BIN)/lint-imports --config .importlinter
	@$(BIN)/python docs/generate.py --check

fix: $(VENV)/dev  ## Mend what the linters can mend by themselves.
	@$(BIN)/ruff check --fix -q .
	@$(BIN)/ruff format -q .
	@$(MAKE) --no-print-directory docs crds

check: lint test  ## Everything that CI checks.

coverage: $(VENV)/dev  ## Which lines the tests of the engine and its rooms reach: a figure, and the ten least covered files.
	@$(BIN)/python tools/covered.py

bench: $(VENV)/dev  ## Print every figure beside its bound and the last one that was kept (KEEP=1 keeps these).
	@KEEP=$(KEEP) $(BIN)/python -m benchmarks

million: $(VENV)/dev  ## Pass over 1,000,000 objects of a real API server: minutes, and 8 GB of memory for the server.
	@$(BIN)/python -m benchmarks million

fuzz: $(VENV)/dev  ## Feed the expression compilers from a coverage-guided fuzzer.
	@$(BIN)/python tests/conformance/cel/fuzz_atheris.py -max_total_time=300
	@$(BIN)/python tests/conformance/jmespath/fuzz_atheris.py -max_total_time=300

host: $(VENV)/dev  ## End the controller at 200 moments by SIGTERM and 50 by SIGKILL, on hosts that fail it.
	@ZEN_GC_SIGTERMS=200 ZEN_GC_SIGKILLS=50 $(BIN)/python -m pytest -n auto -rs tests/proof/host

mistakes: $(VENV)/dev  ## Write policies with one mistake each for MINUTES=60, and print what they would take.
	@$(BIN)/python -m tests.proof.mistakes --minutes $(or $(MINUTES),60)

hostile: $(VENV)/dev  ## Break every request to a real API server in every way, and print the table (MINUTES=120, HOSTILE_SEED=…).
	@HOSTILE=whole $(BIN)/python -m pytest -q -s -p no:randomly tests/proof/test_hostile_server.py

proof: $(VENV)/dev  ## Let leaders fall, break requests, take guards out, and print the tables (PART=chaos|faults|load|teeth, N=1000, SEED=…, CLUSTER=kubeconfig).
	@$(BIN)/python -m tests.proof $(if $(PART),--part $(PART)) $(if $(N),--failovers $(N)) $(if $(SEED),--seed $(SEED)) $(if $(CLUSTER),--cluster $(CLUSTER))

soak: $(VENV)/dev  ## Let a controller run under churn for HOURS=8, and print what grows (SEED=…).
	@$(BIN)/python -m tests.proof --part soak $(if $(HOURS),--hours $(HOURS)) $(if $(SEED),--seed $(SEED))

mutate: $(VENV)/dev  ## Write what stands before a delete differently, 500 times, and print what no test notices (SAMPLE=, MINUTES=, SEED=…).
	@$(BIN)/python -m tests.proof.mutation $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

tenants: $(VENV)/dev  ## Let one tenant do all that it may to another, and print the table (TENANTS_SEED=…).
	@TENANTS=whole $(BIN)/python -m pytest -q -s -p no:randomly tests/proof/test_tenants.py

apiserver:  ## Build kube-apiserver, kube-controller-manager and etcd from their sources.
	@$(PYTHON) apiserver/build.py

helm: $(BIN)/python  ## Build Helm from its sources, for the tests of the chart: some minutes, once.
	@$(BIN)/python tools/programs.py helm

released: $(VENV)/run  ## Keep the CRDs of the version that is about to be released, in crds/released/.
	@mkdir -p crds/released
	@$(BIN)/zen-gc crd > crds/released/$$($(BIN)/zen-gc version | cut -d ' ' -f 2).yaml

compat: $(VENV)/dev  ## Run the tests of clusters on the oldest kube-apiserver that the chart claims, built from its sources.
	@$(BIN)/python apiserver/build.py --oldest
	@ZEN_GC_OLDEST_APISERVER=1 ZEN_GC_REQUIRE_APISERVER=1 $(BIN)/python -m pytest -n auto -m real tests/cluster --ignore tests/cluster/conformance

image: $(VENV)/dev  ## Lay the image out without Docker, and run it read-only as 65532 on a real API server (needs root).
	@$(BIN)/python apiserver/build.py || true
	@$(BIN)/python tools/programs.py umoci || true
	@ZEN_GC_IMAGE=1 $(BIN)/python -m pytest -rs tests/platform/test_image_run.py

pins: $(BIN)/python  ## Pin the actions of the workflows by their commits, as their repositories say; prints NOT PINNED where it cannot be read.
	@$(BIN)/python tools/pins.py --write

wheel: $(VENV)/dev  ## Build the wheel twice, into dist/, and see that it is the same.
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/hatchling build -t wheel -d dist
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/hatchling build -t wheel -d dist/again
	@cmp dist/*.whl dist/again/*.whl && rm -r dist/again && ls dist/*.whl

sbom: $(BIN)/python  ## Write the SBOM of what the image installs, dist/sbom.json.
	@mkdir -p dist && $$($(BIN)/python tools/programs.py --print cyclonedx-py) requirements requirements/image.txt --output-reproducible -o dist/sbom.json

chart: $(BIN)/python  ## Package the chart, into dist/.
	@mkdir -p dist && $$($(BIN)/python tools/programs.py --print helm) package deploy/helm/zen-gc -d dist

programs: $(BIN)/python  ## Get the other programs of the tests that take seconds: promtool, actionlint, umoci, libfaketime and so on.
	@$(BIN)/python tools/programs.py --all-quick

crds: $(VENV)/run  ## Write crds/ anew from the models and the keywords.
	@$(BIN)/zen-gc crd > crds/policies.yaml

docs: $(VENV)/dev  ## Write the generated pages of the reference anew.
	@$(BIN)/python docs/generate.py
	@$(BIN)/python docs/draw.py
	@$(BIN)/python docs/pictures.py
	@$(BIN)/python docs/terminal.py
	@$(BIN)/python docs/site.py --navigation

site: $(VENV)/run  ## Build the site of the documentation, build/site/index.html.
	@$(BIN)/python docs/site.py
	@$$($(BIN)/python tools/programs.py --print zensical) build --strict

lock:  ## Lock the dependencies anew (needs uv).
	@uv pip compile --universal --python-version 3.11 -q pyproject.toml --generate-hashes --no-header --no-annotate --upgrade -o requirements/image.txt
	@uv pip compile --universal --python-version 3.11 -q pyproject.toml --group build -c requirements/image.txt --generate-hashes --no-header --no-annotate -o requirements/run.txt
	@uv pip compile --universal --python-version 3.11 -q pyproject.toml --group dev -c requirements/run.txt --generate-hashes --no-header --no-annotate -o requirements/dev.txt
	@uv pip compile --universal --python-version 3.11 -q --group checkers --generate-hashes --no-header --no-annotate -o requirements/checkers.txt

clean:  ## Remove what was made here.
	@rm -rf $(VENV) .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "zen-gc needs Python 3.11 or later, not " + sys.version.split()[0])'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run: $(BIN)/python requirements/run.txt pyproject.toml
	@echo "Installing zen-gc into $(VENV)/ …"
	@$(PIP) install --require-hashes -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev: $(VENV)/run requirements/dev.txt
	@echo "Installing the development tools into $(VENV)/ …"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@
