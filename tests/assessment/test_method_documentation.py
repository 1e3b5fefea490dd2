"""What the method pages say of our own figures on published cases."""

from estimator.assessment.evaluation import the_system
from estimator.assessment.method_documentation import COLUMNS, _validation_line, formulas
from estimator.catalogue.load import load
from estimator.core.errors import LANGUAGES, texts


def test_what_a_formula_follows_is_said_in_each_language() -> None:
    """Each key of a formula has its words, none is left over, and only a standard's own name is the same in both."""
    for lang in LANGUAGES:
        assert {item.reference for item in the_system().formulas} == set(texts("references", lang))
    french, english = ({rule.name: rule.reference for rule in formulas(load(), lang)} for lang in ("fr", "en"))
    assert english["tokens_read"] == "SobrIA, method: tokens read, or supposed where they are not counted"
    same = {french[name] for name in french if french[name] == english[name]}
    assert same == {
        "ISO/IEC 30134-2 (PUE)",
        "ISO/IEC 30134-9 (WUE)",
        "ISO/IEC 21031 (SCI)",
        "ADEME, Base IMPACTS (ADPe)",
    }


def test_results_on_published_cases_are_read_with_their_quantiles() -> None:
    """Computed over published, from the 5 % to the 95 % point; a column that is empty is not zero."""
    quantiles = ["0.5", "0.8", "1", "1.3", ""]
    row = ["all", "cases", "https://example.org", "4", "6", "5", "3", "1", "2.5", *quantiles, "2026-11-01", "v"]
    found = _validation_line(dict(zip(COLUMNS, row, strict=True)))
    assert found.ratios == {0.05: 0.5, 0.25: 0.8, 0.5: 1.0, 0.75: 1.3}
    assert (found.cases, found.outputs, found.valued, found.inside, found.transcribed) == (4, 6, 5, 3, 1)
    assert (found.median_width, found.day, found.factors_version) == (2.5, "2026-11-01", "v")
