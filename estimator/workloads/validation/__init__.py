"""Validation: published cases run through the estimator, and faults of their inputs."""
