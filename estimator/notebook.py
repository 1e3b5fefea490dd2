"""Notebook extension: `%load_ext estimator.notebook`."""

from estimator.tracking.notebook import load_ipython_extension as load_ipython_extension
