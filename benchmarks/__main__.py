"""`python -m benchmarks SUITE`: run one suite; without a name, list them."""

import sys
from importlib import import_module
from pathlib import Path

_NOT_SUITES = {"__init__", "__main__", "gaps", "machine", "review_plot"}


def main() -> None:
    """Hand over to the suite's own `main`."""
    suites = {path.stem: path for path in sorted(Path(__file__).parent.glob("*.py")) if path.stem not in _NOT_SUITES}
    if len(sys.argv) < 2 or sys.argv[1] not in suites:
        print("usage: python -m benchmarks SUITE [--help]\nsuites:", ", ".join(suites))
        sys.exit(2 if len(sys.argv) > 1 else 0)
    import_module(f"benchmarks.{sys.argv[1]}").main(sys.argv[2:])


main()
