"""What the method pages say of our own figures on published cases."""

from estimator.assessment.method_documentation import COLUMNS, _validation_line


def test_results_on_published_cases_are_read_with_their_quantiles() -> None:
    """Computed over published, from the 5 % to the 95 % point; a column that is empty is not zero."""
    quantiles = ["0.5", "0.8", "1", "1.3", ""]
    row = ["all", "cases", "https://example.org", "4", "6", "5", "3", "1", "2.5", *quantiles, "2026-11-01", "v"]
    found = _validation_line(dict(zip(COLUMNS, row, strict=True)))
    assert found.ratios == {0.05: 0.5, 0.25: 0.8, 0.5: 1.0, 0.75: 1.3}
    assert (found.cases, found.outputs, found.valued, found.inside, found.transcribed) == (4, 6, 5, 3, 1)
    assert (found.median_width, found.day, found.factors_version) == (2.5, "2026-11-01", "v")
