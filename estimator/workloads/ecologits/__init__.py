"""EcoLogits as a reference method, under its own name and version, reproduced with its faults, which are reported."""
