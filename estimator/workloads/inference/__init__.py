"""Energy and time of accelerators per token, image or video."""
