"""The description of the API that clients are generated from is the one the server gives."""

from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/reference/openapi.json"


def test_the_description_of_the_api_is_fresh(reference):
    assert PAGE.read_text("utf-8") == reference.PAGES["openapi.json"]()
