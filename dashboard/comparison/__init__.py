"""The comparison screen: scenario form, verdicts, charts, sites, downloads."""
