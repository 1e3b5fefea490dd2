"""One module per page: reads the URL, calls the parts, nothing else."""
