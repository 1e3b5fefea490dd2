"""Scripts of a checkout: set-up, checks, demonstration, refreshing of factors, benchmarks."""
