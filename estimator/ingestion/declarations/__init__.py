"""The declaration template: a supplier's figures for a service."""
