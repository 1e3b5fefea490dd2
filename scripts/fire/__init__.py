"""Stress test of the ledger: many writers and readers, processes killed at random, and the account afterwards."""
