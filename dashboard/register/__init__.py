"""Registre: components of the use case screens."""
