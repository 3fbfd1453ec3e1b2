"""What the console says in place of the server's sentences, beside what the source raises.

python tools/sentences.py     # what the console cannot say yet, as it goes into which file
"""

import json
import sys
from pathlib import Path

from raised import templates

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "web/console/src/api/sentences"
LANGUAGES = ("zh-TW", "ja")


def catalogue() -> dict[str, dict[str, dict[str, str]]]:
    """Return what the console can say: by room, by template, by language."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(CATALOGUE.glob("*.json"))}


def missing() -> dict[str, dict[str, dict[str, str]]]:
    """Return what has to be written, as it goes into the files: by room, by template, a place for each language."""
    known = {template for room in catalogue().values() for template in room}
    found: dict[str, dict[str, dict[str, str]]] = {}
    for template, module in sorted(templates()[0].items()):
        if template not in known:
            room = module.split("/")[0].removesuffix(".py")
            found.setdefault(room, {})[template] = dict.fromkeys(LANGUAGES, "")
    return found


def orders() -> str:
    """Return what to do, for people: which lines to add to which file; "" if nothing is missing."""
    return "\n".join(
        f"Add to {(CATALOGUE / room).relative_to(ROOT)}.json, with the holes as {{0}}, {{1}}:\n"
        + json.dumps(lines, ensure_ascii=False, indent=2)
        for room, lines in missing().items()
    )


if __name__ == "__main__":
    sys.stdout.write(orders() or "Every sentence is said in every language.\n")
