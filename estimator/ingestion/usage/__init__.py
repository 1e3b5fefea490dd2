"""Readers of usage: tokens, requests, images, from the logs of gateways and servers."""
