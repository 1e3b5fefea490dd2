"""Readers of usage: tokens, requests, images, as gateways and servers log them."""
