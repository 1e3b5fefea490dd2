"""The page « Brancher un service »: ways in with code to copy, and a file checked before it is imported."""
