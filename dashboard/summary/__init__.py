"""The page of the elected official, its plain version and its printed sheet."""
