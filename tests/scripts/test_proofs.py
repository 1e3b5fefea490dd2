"""What the suite runs of a long proof, and the page of what came of all of it."""

from datetime import date
from itertools import product
from xml.etree import ElementTree

from scripts.proofs import FileProof, lines, outcomes, page
from tests.support import kept, spread

PAGES, LANGUAGES, WIDTHS = ("home", "method", "compare"), ("fr", "en"), (1280, 360)


def test_a_slice_has_each_page_once_each_value_somewhere_and_the_rest_is_long() -> None:
    """Three pages, two languages, two widths: twelve cases, three in the suite; all twelve are proofs."""
    cases = spread(PAGES, LANGUAGES, WIDTHS)
    names = {case.values: {mark.name for mark in case.marks} for case in cases}
    assert set(names) == set(product(PAGES, LANGUAGES, WIDTHS)) and len(cases) == 12
    suite = [values for values, marks in names.items() if marks == {"proof"}]
    assert sorted(page for page, *_ in suite) == sorted(PAGES)
    assert {lang for _, lang, _ in suite} == set(LANGUAGES) and {width for *_, width in suite} == set(WIDTHS)
    assert all(marks == {"proof", "long"} for values, marks in names.items() if values not in suite)


def test_of_cases_some_are_kept() -> None:
    found = {case.values: len(list(case.marks)) for case in kept(LANGUAGES, "en")}
    assert found == {("fr",): 2, ("en",): 1}


REPORT = """<testsuites><testsuite>
<testcase classname="tests.browser.test_a" name="x[fr]" time="1.2"/>
<testcase classname="tests.browser.test_a" name="x[en]" time="1.4"><failure/></testcase>
<testcase classname="tests.browser.test_a" name="y" time="0"><skipped/></testcase>
<testcase classname="tests.test_b" name="z" time="0.2"/>
</testsuite></testsuites>"""


def test_a_page_is_read_back_and_keeps_the_files_that_were_not_run() -> None:
    """1.2 + 1.4 s are 3 s; of three tests of a file, one passes, one fails, one is skipped."""
    found = outcomes(ElementTree.fromstring(REPORT).iter("testcase"), date(2026, 11, 28))
    assert found["tests/browser/test_a.py"] == FileProof("2026-11-28", 1, 1, 1, 3)
    later = {"tests/test_b.py": FileProof("2026-12-01", 1, 0, 0, 2)}
    told = page(page("# Proofs\n\n| file |\n|---|\n", found), later)
    assert told.startswith("# Proofs\n\n| file |\n|---|\n| `tests/browser") and lines(told) == found | later
