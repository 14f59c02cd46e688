"""Lets `python -m impasto` be the `impasto` command."""

from impasto.cli import main

if __name__ == "__main__":
    main()
