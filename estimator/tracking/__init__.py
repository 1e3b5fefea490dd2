"""Instrumenting a run with codecarbon: tracker, windows, counts, spool, machine diagnosis."""
