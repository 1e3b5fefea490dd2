"""Accessibility of the screens: the audit and the statement."""
