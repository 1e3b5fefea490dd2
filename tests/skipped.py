"""What a test may want and not find, and the last line of the suite, which counts the tests that were skipped so."""

from collections.abc import Iterable, Iterator

import pytest

NO_DATA = "the shared data folder is not beside the checkout"
NO_BROWSER = "no chromium: set CHROMIUM or install the package chromium"
NO_NGINX = "no nginx: install the package nginx"
NO_SITE = "no tools of the site: run python -m scripts.site"
NO_SPARK = "no pyspark: pip install 'sobria[spark]', with a JRE"
NO_STORES = "no S3 servers but that of the suite: run python -m scripts.object_stores"
OTHER = "other reasons"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """The last line of the suite: how many tests were skipped, by what they wanted and did not find."""
    yield
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None:  # the workers of pytest-xdist have none
        terminal.write_line(skipped(terminal.stats.get("skipped", ())))


def skipped(reports: Iterable[pytest.TestReport | pytest.CollectReport]) -> str:
    """One line with a count for each resource, zero included, and one for all other reasons where there are some."""
    counts = dict.fromkeys((NO_DATA, NO_BROWSER, NO_NGINX, NO_SITE, NO_SPARK, NO_STORES, OTHER), 0)
    for report in reports:
        counts[next((reason for reason in counts if reason in str(report.longrepr)), OTHER)] += 1
    if not counts[OTHER]:
        del counts[OTHER]
    return "skipped: " + "; ".join(f"{count} ({reason})" for reason, count in counts.items())
