# Lists the recipes.
default:
    @just --list

# Lint, format, types and spelling.
check:
    .venv/bin/ruff check .
    .venv/bin/ruff format --check .
    .venv/bin/mypy
    .venv/bin/codespell

# All tests, or those that are named: `just test tests/records`.
test *arguments:
    .venv/bin/python -m pytest {{arguments}}

# A few minutes of tests: those that continuous integration runs with every Python.
fast:
    .venv/bin/python -m pytest $(cat .ci/smoke.txt)

# Rewrites the outputs that tests expect, and shows what changed.
golden:
    .venv/bin/python -m tests.support.golden
    git diff --stat -- tests docs
    git diff -- tests docs

# Draws the picture in the README again, then runs every command and Python block of the documents.
docs:
    .venv/bin/python docs/picture.py
    .venv/bin/python -m pytest tests/whole/test_documents.py tests/whole/test_recipes.py

# Times and memory beside queries by hand; needs `pip install -e ".[bench]"`.
bench *arguments:
    .venv/bin/python -m benchmarks {{arguments}}
