"""Detail of a factor, with the sources that disagree."""
