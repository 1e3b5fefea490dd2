"""One module per page: reads the address, calls the parts, nothing else."""
