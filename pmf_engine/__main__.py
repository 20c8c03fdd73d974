"""`python -m pmf_engine` is `pmf`."""

from pmf_engine.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
