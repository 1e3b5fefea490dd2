"""Reports: one document model with its renderers, project documents, official summary, publications."""
