"""The public SCXML charts, directly and after an export and import."""

import pytest
from chart_scion import TABLE, run_all, table

pytestmark = pytest.mark.needs_data


@pytest.fixture(scope="module")
def verdicts(scion_folder):
    return run_all(scion_folder)


def test_no_chart_that_is_accepted_fails(verdicts):
    assert [v for v in verdicts if v.result == "failed"] == []


def test_at_least_88_pass(verdicts):
    assert sum(v.result == "passed" for v in verdicts) >= 88


def test_each_refusal_says_where_and_why(verdicts):
    for verdict in verdicts:
        if verdict.result == "refused":
            assert "line" in verdict.detail, verdict


def test_the_table_in_the_docs_is_this_one(verdicts):
    assert TABLE.read_text(encoding="utf-8") == table(verdicts)
