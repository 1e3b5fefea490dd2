"""`python -m estimator.cli`: the command, where it is not installed."""

from estimator.cli import main

main()
