"""For pytest -p: a failure that hypothesis finds is told at once; a smaller one takes it up to five minutes."""

from hypothesis import Phase, settings


def pytest_configure() -> None:
    """After the profile of the tests, in the place of it."""
    settings.register_profile("unshrunk", deadline=None, phases=(Phase.explicit, Phase.generate))
    settings.load_profile("unshrunk")
