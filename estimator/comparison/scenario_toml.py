"""A scenario as TOML: the file downloaded from the page gives the same digits on the command line."""

from estimator.comparison.scenario import Scenario


def scenario_toml(scenario: Scenario) -> str:
    """The TOML text of a scenario, default values omitted."""
    import tomlkit

    return tomlkit.dumps(scenario.model_dump(exclude_defaults=True, exclude_none=True))
