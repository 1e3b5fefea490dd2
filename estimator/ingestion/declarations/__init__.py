"""The declaration template: what a supplier states of a service."""
