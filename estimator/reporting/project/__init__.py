"""Documents of a project file, made from a scenario."""
