"""The page for elected officials, its plain version and its printed sheet."""
