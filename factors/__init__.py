"""Data only: factor tables, read as package data."""
