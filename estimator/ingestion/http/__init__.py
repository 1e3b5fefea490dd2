"""The HTTP collector: endpoints, tokens, payloads, server."""
