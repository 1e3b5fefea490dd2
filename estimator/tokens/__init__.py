"""Electricity of an answer by its tokens: measured where a measurement exists, predicted elsewhere."""
