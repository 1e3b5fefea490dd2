"""The ASGI app, the security middleware, the first bytes of every page."""
