"""Looks, guided by coverage, for inputs that make a reader fail."""
