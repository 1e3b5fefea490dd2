"""Estimate of a described use of AI: request, resolution of subjects, inventory of amounts and factors, inference
energy, EcoLogits as a reference method, published cases."""
