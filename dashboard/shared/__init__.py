"""Texts, dates, HTML parts, SVG charts, widgets, and the one gateway to the open build."""
