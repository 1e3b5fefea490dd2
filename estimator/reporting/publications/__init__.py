"""What an authority publishes from its home: open data, BoAmps, annual review, BEGES lines, budget note, claims."""
