"""Explanation of a figure: sentence, uncertainty, steps, factors."""
