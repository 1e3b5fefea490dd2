"""Levers: what could be changed in the services that run, with what each change would save."""
