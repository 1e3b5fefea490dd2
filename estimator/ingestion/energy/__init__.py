"""Readers of energy measurements, codecarbon excepted."""
