"""Shim until the dashboard's numbers move here."""

from dashboard.numbers import count_text, interval_text, share_text

__all__ = ["count_text", "interval_text", "share_text"]
