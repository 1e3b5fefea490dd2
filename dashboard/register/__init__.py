"""Registre: the screen of the use cases, in parts."""
