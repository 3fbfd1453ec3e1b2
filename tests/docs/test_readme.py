"""What the READMEs tell people to type is accepted, and both of them tell the same."""

import json
import re
from pathlib import Path

import msgspec
import pytest

from tieline.collect.wire import Item, read
from tieline.condition.parse import parse
from tieline.model.event import LogKind

ROOT = Path(__file__).parents[2]
READMES = [ROOT / "README.md", ROOT / "README.zh-TW.md"]
BODY = re.compile(
    r"curl \S*?/(?P<path>(?:v1|api)/[a-z/-]+)(?P<options>(?:(?!curl ).)*?)-d '(?P<json>\{.*?\})'\n", re.DOTALL
)


def bodies(readme: Path) -> dict[str, bytes]:
    return {found["path"]: found["json"].encode() for found in BODY.finditer(readme.read_text("utf-8"))}


def targets(text: str) -> list[str]:
    return re.findall(r"^\| `make ([a-z-]+)` \|", text, re.MULTILINE)


@pytest.fixture(params=READMES, ids=lambda path: path.name)
def readme(request) -> Path:
    return request.param


def test_the_event_of_the_quickstart_can_be_collected(readme):
    (item,) = read(bodies(readme)["v1/track"], LogKind.TRACK).items

    assert isinstance(item, Item)


def test_the_segment_of_the_quickstart_compiles(readme):
    assert parse(json.loads(bodies(readme)["api/segments"])["condition"])


def test_the_line_account_of_the_quickstart_has_every_field(readme):
    from tieline.api.accounts import NewAccount

    assert msgspec.json.decode(bodies(readme)["api/line/accounts"], type=NewAccount).key == "shop"


def test_every_target_of_make_is_listed(readme):
    known = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)

    assert sorted(targets(readme.read_text("utf-8"))) == sorted({*known, "clean"} - {"help"})


def test_both_readmes_show_the_same_commands():
    english, chinese = (
        re.findall(r"^(?:\.venv\S+|make|curl) [^#\n]*", path.read_text("utf-8"), re.MULTILINE)
        for path in READMES
    )

    assert [line.strip() for line in english] == [line.strip() for line in chinese]


def test_both_readmes_have_a_place_for_figures(readme):
    text = readme.read_text("utf-8")

    assert text.count("<!-- bench:begin -->") == text.count("<!-- bench:end -->") == 1
