"""Every reason for which a link joins nobody has a word in the console, in all three languages."""

import re
from pathlib import Path

from tieline.identify import graph, mark

WORDS = Path(__file__).resolve().parents[2] / "web/console/src/features/identity/words.ts"
LANGUAGES = 3


def test_every_reason_has_its_word_in_the_console() -> None:
    said = re.findall(r'"(reason|trait)\.(\w+)":', WORDS.read_text("utf-8"))

    wanted = [("reason", kind) for kind in graph._FIRST] + [("trait", kind) for kind in mark.KINDS]
    assert {one: said.count(one) for one in wanted} == dict.fromkeys(wanted, LANGUAGES)
