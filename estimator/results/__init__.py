"""Results of a build: one typed table, made once, that totals, pages, reports and notebooks read."""
