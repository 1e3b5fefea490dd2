"""A figure opened: sentence, doubt, steps, factors."""
