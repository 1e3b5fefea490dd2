"""Reader of codecarbon output, by row and by block."""
