"""Commitments of the council: objectives, budgets, training, publications."""
