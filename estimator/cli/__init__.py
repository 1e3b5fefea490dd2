"""The command `sobria`: each command is a few lines over the estimator."""

from estimator.cli.app import main as main
