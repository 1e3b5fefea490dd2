"""Benchmarks: never tests, always a median of several runs and a ratio to a baseline of the same run."""
