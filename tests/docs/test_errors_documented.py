"""The page of errors lists every code that a program can meet."""

from pathlib import Path

from tieline import errors

PAGE = Path(__file__).parents[2] / "docs/reference/errors.md"


def test_the_errors_page_is_fresh(reference):
    assert PAGE.read_text("utf-8") == reference.errors_page()


def test_every_kind_of_error_has_its_row(reference):
    text = PAGE.read_text("utf-8")

    assert [
        kind.code for kind in reference.every_error() if f"| `{kind.code}` | {kind.status} |" not in text
    ] == []


def test_every_kind_of_error_has_a_code_of_its_own(reference):
    kinds = list(reference.every_error())

    assert len({kind.code for kind in kinds}) == len(kinds)
    assert errors.TielineError.code not in {kind.code for kind in kinds}


def test_every_kind_of_error_answers_with_an_error_status(reference):
    assert [kind.code for kind in reference.every_error() if not 400 <= kind.status < 600] == []


def test_codes_of_the_http_layer_are_listed_too(reference):
    text = PAGE.read_text("utf-8")

    assert {"internal_error", "method_not_allowed"} <= reference.http_codes()
    assert [code for code in reference.http_codes() if f"| `{code}` |" not in text] == []
