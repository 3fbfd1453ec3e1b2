"""The rules of this house that no other linter knows. `make check` runs it.

Prints one line for each place, `file:line: rule: what is wrong: the way out`, and exits with 1 if there is any. A line
that must break a rule says so itself: `house: allow`, the name of the rule, a dash and the reason, in a comment.
"""

import subprocess
import sys
from pathlib import Path

import code_rules
import text_rules
import tree_rules
from rule import Rule, Tree, check

RULES: tuple[Rule, ...] = (*code_rules.RULES, *text_rules.RULES, *tree_rules.RULES)
ROOT = Path(__file__).resolve().parents[2]


def read(root: Path) -> Tree:
    """Return the text of every file under `root` that is committed or about to be; other files have no text."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own command
    tree: dict[str, str] = {}
    for path in sorted(set(filter(None, listed.split("\0")))):
        if (root / path).is_file():
            tree[path] = _text((root / path).read_bytes())
    return tree


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return ""


def main(root: Path = ROOT) -> int:
    """Report on the repository at `root`; return the exit status."""
    tree = read(root)
    complaints = check(tree, RULES)
    for complaint in complaints:
        print(complaint)
    print(f"{len(tree)} files, {len(RULES)} house rules, {len(complaints)} broken.")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
