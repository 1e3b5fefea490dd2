"""Publications of an authority: open data, BoAmps, annual review, BEGES lines, budget note, claims."""
