"""A factor opened, with the sources that disagree."""
