"""Rows that fit the columns of the ledger are told without a table of them; those that do not fail as one would."""

from unittest.mock import patch

import pytest

from estimator.core import parquet_files
from estimator.core.parquet_files import check_fit, schema_of, table_of
from estimator.ledger.rows import Activity, Refused
from tests.support import activity

SCHEMA = schema_of(Activity)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"model": "modèle d'été", "checks": ("no_host", "é"), "device_count": 2**63 - 1, "input_tokens": 1e300},
    ],
)
def test_a_row_that_fits_needs_no_table(said: dict[str, object]) -> None:
    row = activity(**said)
    with patch.object(parquet_files, "table_of", side_effect=AssertionError):
        check_fit([row], SCHEMA)
    assert len(table_of([row], SCHEMA)) == 1


@pytest.mark.parametrize(
    "said",
    [
        {"model": "\ud800"},
        {"checks": ("no_host", "\udfff")},
        {"start_us": -(2**63) - 1},
        {"device_count": 2**63},
        {"model": 3},
        {"duration_s": "60"},
    ],
)
def test_a_row_that_does_not_fit_fails_as_its_table_does(said: dict[str, object]) -> None:
    rows = [activity(), activity().model_copy(update=said)]
    with pytest.raises(Exception) as of_table:  # noqa: B017, PT011
        table_of(rows, SCHEMA)
    with pytest.raises(of_table.type) as told:
        check_fit(rows, SCHEMA)
    assert str(told.value) == str(of_table.value)


def test_what_is_not_plain_and_fits_is_left_to_the_table() -> None:
    """A line break in a text, an integer for a quantity, the facts of a refusal."""
    check_fit([activity().model_copy(update={"task_name": "a\nb", "duration_s": 60})], SCHEMA)
    refused = Refused(row_id="0" * 32, file_name="f", file_sha="s", line=1, reader="r", code="c", header="é", text="")
    check_fit([refused.model_copy(update={"facts": {"a": "b"}})], schema_of(Refused))
