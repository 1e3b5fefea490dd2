"""The site of the documentation, in both languages, from the pages of the checkout: `python -m scripts.site`."""
