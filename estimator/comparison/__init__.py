"""Options of a scenario side by side: option inventories, paired draws, verdicts, volume sweep, decision."""
