"""Readers of energy measurements other than codecarbon's."""
