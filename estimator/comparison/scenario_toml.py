"""A scenario as TOML: what the page downloads runs to the same digits from the command line."""

from estimator.comparison.scenario import Scenario


def scenario_toml(scenario: Scenario) -> str:
    """The TOML text of a scenario, without what was left at its default."""
    import tomlkit

    return tomlkit.dumps(scenario.model_dump(exclude_defaults=True, exclude_none=True))
