# Two commands do everything: make demo (the main job) and make test. Both set up what they need first.
PYTHON ?= python3
BIN := .venv/bin
OUT ?= out/demo

.PHONY: demo test check manual setup lock clean
demo: setup
	$(BIN)/kiemphieu demo --out $(OUT)

test: setup
	$(BIN)/python -m pytest -n 2

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Pictures and print of the manual, taken anew from the running application. Look at them before they are committed.
manual: setup
	KIEMPHIEU_MANUAL=review_ui/static/manual $(BIN)/python -m pytest tests/review_ui/test_manual.py

setup: .venv/.ready
	@tools/system-packages.sh

.venv/.ready: requirements.lock pyproject.toml
	@tools/system-packages.sh
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# The lock file holds hashes and no address of any package index. Needs uv.
lock:
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	    --extra build --extra cluster --extra dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv out build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
