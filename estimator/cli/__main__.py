"""`python -m estimator.cli`: the command, when it is not installed."""

from estimator.cli import main

main()
