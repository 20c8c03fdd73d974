"""`python -m pmf_engine` is `pmf`."""

from pmf_engine.cli.program import main

if __name__ == "__main__":
    raise SystemExit(main())
