"""Comparer: the screen of a scenario, in parts."""
