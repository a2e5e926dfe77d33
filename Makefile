# `make run` runs the studio, `make test` tests it, `make storm` shakes it, `make lint` reads it, `make lock` renews the locks.
# PYTHON names another Python (3.11 or newer); ARGS goes to pytest, TESTERS run it side by side.

SHELL := /bin/sh
VENV  := .venv
BIN   := $(VENV)/bin
LOCK  := $(if $(DATABASE_URL)$(DATABASE_URL_FILE),requirements-postgres.lock,requirements.lock)
TESTERS := 2
CODE  := manage.py studio generations tests

.PHONY: run test storm lint lock venv $(VENV)/run $(VENV)/dev

run: $(VENV)/run
	@exec $(BIN)/python manage.py up

test: $(VENV)/dev
	@exec $(BIN)/python -m pytest -n $(TESTERS) --dist loadfile $(ARGS)

# Thousands of submissions and hundreds of kills, on SQLite and PostgreSQL; PART=f1 is one part, DB=sqlite one of them.
storm: $(VENV)/dev
	@exec $(BIN)/python -m tests.faults.storm $(PART) $(DB)

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(CODE)
	$(BIN)/djlint --quiet --lint templates
	@$(forbid_in_templates)
	@$(forbid_in_code)

# The strict CSP refuses these; here they are refused before a page is ever opened.
forbid_in_templates = ! grep -rnE --include='*.html' \
	' hx-on|[[:space:]]on[a-z]+=|[[:space:]]style=|javascript:|<style|<script[^>]*>[^<]|<script>|\|[[:space:]]*safe\b|autoescape off' \
	templates || { echo 'Not in a template: inline scripts, handlers or styles, and unescaped text.'; exit 1; }
forbid_in_code = ! grep -rnE --include='*.py' 'mark_safe\(|SafeString\(' studio generations | grep -v 'noqa: S308' \
	|| { echo 'mark_safe needs a reason: "noqa: S308", and why the text is ours.'; exit 1; }

# --- What is installed: one folder, one lock, and a stamp of lock and Python, so that the second start skips pip.

venv: $(BIN)/python

$(BIN)/python:
	@$(find_python); \
	echo "Making $(VENV) with $$($$python --version)."; rm -f $(VENV)/*.stamp; \
	$$python -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "Python could not make $(VENV). On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }

$(VENV)/run: $(BIN)/python
	@$(call install,run,$(LOCK))

$(VENV)/dev: $(BIN)/python
	@$(call install,dev,requirements-dev.lock)

# A command may exist and still not run (version managers leave such), so each candidate is asked.
find_python = python=; \
	for one in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14; do \
	  if $$one -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then python=$$one; break; fi; \
	done; \
	[ -n "$$python" ] || { \
	  echo "Studio needs Python 3.11 or newer, and found none. Install it, or name it: make run PYTHON=/path/to/python3" >&2; exit 1; }

install = stamp=$(VENV)/$(1).stamp; fresh="$$($(BIN)/python --version) $(2) $$(cksum < $(2))"; \
	if [ "$$(cat $$stamp 2>/dev/null)" != "$$fresh" ]; then \
	  echo "Installing $(2), once; this may take a minute."; \
	  $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --root-user-action=ignore \
	    --require-hashes -r $(2) \
	  || { echo "The packages of $(2) could not be installed: see the lines above." >&2; exit 1; }; \
	  echo "$$fresh" > $$stamp; \
	fi

# --- Renewing the locks: exact versions with hashes, for every platform, without the address of any registry.

COMPILE = .venv-lock/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links

lock:
	@$(find_python); [ -x .venv-lock/bin/uv ] || { $$python -m venv .venv-lock && \
	  .venv-lock/bin/python -m pip install --quiet --disable-pip-version-check uv; }
	$(COMPILE) $(ARGS) --output-file requirements.lock
	$(COMPILE) $(ARGS) --extra postgres --output-file requirements-postgres.lock
	$(COMPILE) $(ARGS) --group dev --output-file requirements-dev.lock
