"""What is run from a checkout: set-up, checks, demonstration, refreshing of factors, benchmarks."""
