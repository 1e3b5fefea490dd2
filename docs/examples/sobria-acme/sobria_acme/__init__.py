"""An example: what another package adds to SobrIA. Acme, its plugs and its figures are invented."""
