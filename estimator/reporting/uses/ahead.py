"""What is ahead of a use: its ceiling of the year, then each of the next five years against its own."""

from estimator.core.errors import listed, say
from estimator.core.number_format import figure, share_text
from estimator.core.periods import Period
from estimator.governance.indicators.forecast import STAGES, Forecast, forecast
from estimator.governance.indicators.known_days import known_text
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.use_budgets import budgets_of
from estimator.governance.register.schema import UseCase
from estimator.reporting.summary.ceilings import budget_text
from estimator.reporting.summary.sentences import amount_text, tell


def ahead_lines(scope: Scope, case: UseCase, lang: str) -> list[str]:
    """Its ceilings of the year and how much of them is used, then its forecast; of one that lacks it beside a ceiling
    or a growth, why."""
    told = [budget_text(found, found["unit"], lang) for found in budgets_of(scope, case)]
    found = forecast(scope, case)
    if found:
        return told + forecast_lines(found, lang)
    if case.is_over or not (told or case.growth_percent is not None):
        return told
    known, first = case.stage in STAGES, say("register_stages", STAGES[0], lang)
    stage = say("register_stages", case.stage, lang)
    return [*told, tell("forecast_unknown" if known else "forecast_stage", lang, stage=stage, first=first)]


def forecast_lines(found: Forecast, lang: str) -> list[str]:
    """What a use would take in each of the next years, and in several together; the ceilings voted for them, and what
    is supposed."""
    growth = share_text(found.growth / 100, lang)
    each = ((year.year, figure(year.energy, lang).interval) for year in found.years)
    years = listed((tell("forecast_year", lang, year=year, energy=energy) for year, energy in each), lang)
    sums = {f"y{n}": figure(amount, lang).interval for n, amount in found.over.items()}
    span = {"first": found.years[0].year, "last": found.years[-1].year}
    if not found.growth:
        years = tell("forecast_alike", lang, energy=figure(found.years[0].energy, lang).interval, **span)
    said = [tell("forecast" if found.stated else "forecast_flat", lang, growth=growth, years=years, **sums)]
    if voted := [year for year in found.years if year.ceiling is not None]:
        limits = ((year, amount_text(year.ceiling, "kWh", lang)) for year in voted)
        judged = [tell(f"forecast_{year.verdict}", lang, year=year.year, ceiling=limit) for year, limit in limits]
        passed = next((year for year in voted if year.verdict != "under"), None)
        said.append(tell("forecast_ceilings", lang, each=listed(judged, lang)))
        said[-1] += f" {tell(f'forecast_passed_{passed.verdict}', lang, year=passed.year)}" if passed else ""
        unknown = tell("part_unknown", lang, of="")
        said[-1] += f" {tell('year_at_least', lang, unknown=unknown)}" if found.at_least else ""
    year, known = figure(found.year, lang).interval, known_text(found.days, found.at_least, found.ways)[lang]
    said.append(tell("forecast_supposed", lang, known=known, year=year))
    said += [tell("forecast_once", lang, once=figure(found.once, lang).interval)] if found.once else []
    if found.changed is not None:
        month = Period.over([found.changed]).label(lang)
        said.append(tell("forecast_mixed" if found.mixed else "forecast_since", lang, month=month))
    return said
