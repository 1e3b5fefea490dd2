"""The page « Brancher un service »: ingestion methods with code to copy, and dry run of a file before its import."""
