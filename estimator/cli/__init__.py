"""The command `sobria`: each command is a few lines over the estimator."""

from estimator.cli.start import main as main
