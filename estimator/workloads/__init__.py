"""A described use of AI to its estimate: request, resolution of subjects, inventory of amounts and factors, inference
energy, EcoLogits as a reference method, published cases."""
