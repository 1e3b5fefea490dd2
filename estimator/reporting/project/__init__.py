"""The documents that a project lead puts in the file of a project, made from a scenario."""
