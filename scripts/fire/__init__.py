"""The ledger under fire: many writers and readers, processes killed at random moments, and the account afterwards."""
