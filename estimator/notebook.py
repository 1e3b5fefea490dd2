"""The address that people load in notebooks: `%load_ext estimator.notebook`."""

from estimator.tracking.notebook import load_ipython_extension as load_ipython_extension
