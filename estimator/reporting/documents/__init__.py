"""One document model with its renderers: HTML, Markdown, CSV, SVG bars."""
