PYTHON ?= .venv/bin/python

.PHONY: setup check test test-slow published benchmark gpu-report suite episodes gates

setup:  ## a virtual environment with everything for development
	python3 -m venv .venv
	.venv/bin/pip install -e ".[test]"
	.venv/bin/pre-commit install

check:  ## lint, format and types
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy

test:  ## the default tests
	$(PYTHON) -m pytest -n 2

test-slow:  ## the studies that take minutes
	$(PYTHON) -m pytest -m slow

published:  ## two steps of every published preset on made data (one core, some 6 GB, minutes)
	OMP_NUM_THREADS=1 $(PYTHON) -m pytest -m slow -s tests/baselines/test_published_presets.py

benchmark:  ## speed: physics, picture, decision, step, episode
	$(PYTHON) -m pytest tests/benchmarks --benchmark-enable --benchmark-only -p no:xdist

gpu-report:  ## parity, speed and memory of gsplat on this machine's GPU, into docs/gpu.md
	$(PYTHON) -m tests.benchmarks.gpu_report

suite:  ## author the embedded and dev scenes anew (changes hashes: see CONTRIBUTING.md)
	$(PYTHON) -m scenes.procedural.author

episodes:  ## freeze the episodes of both suites anew
	$(PYTHON) -m navbench_gs.suite.freeze

gates:  ## drive oracle and straight through every frozen episode (some 40 minutes on two cores)
	.venv/bin/navbench run --agent oracle --task empty,obstacle,ped,obstacle_ped --episodes all
	.venv/bin/navbench run --agent straight --task empty,obstacle,ped,obstacle_ped --episodes all
