"""Custody of a home: its format, and its migration to the format of this version."""

from estimator.custody.opening import open_home

__all__ = ["open_home"]
