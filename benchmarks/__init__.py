"""Timed suites: ours beside a peer's, in one run, on one machine, as ratios."""
