"""The register of AI use cases: schema, stages, events, table."""
