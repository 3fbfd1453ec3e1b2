"""Take the identifiers of an erased person out of a file of rules that blocks or allows them, and out of its report. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

import yaml

from tieline.identify.doctor import example_of
from tieline.identify.suppress import ERASED
from tieline.model.erasure import ErasedNode

_WRITTEN = f'"{ERASED}"'


class Names(Protocol):
    """Knows who was erased."""

    def anywhere(self, text: str) -> bool:
        """Say whether a text is an identifier of theirs, of whatever kind."""
        ...


def scrub_text(text: str, gone: Names, words: Iterable[str] = ()) -> str:
    """Return the file without them: the value reads `[erased]`, which nobody's identifier can be.

    Args:
        text: YAML, as somebody wrote it.
        gone: Who was erased.
        words: Spellings that may not stand anywhere, also within a comment.
    """
    for start, end in sorted(_places(text, gone), reverse=True):
        text = text[:start] + _WRITTEN + text[end:]
    for word in words:
        text = text.replace(word, ERASED)
    return text


def scrub_rules(rules: Mapping[str, Any], gone: Names) -> dict[str, Any]:
    """Return rules, as they are stored, that neither block nor allow them."""

    def without(rule: Mapping[str, Any]) -> dict[str, Any]:
        kept = {
            name: [value for value in rule[name] if not gone.anywhere(value)]
            for name in ("blocked", "allowed")
            if rule.get(name)
        }
        return {**rule, **kept}

    return {
        **rules,
        "table": [without(rule) for rule in rules.get("table", ())],
        "other": without(rules.get("other", {})),
    }


def scrub_report(report: Mapping[str, Any] | None, nodes: Iterable[ErasedNode]) -> Mapping[str, Any] | None:
    """Return what a change of rules would do without the examples that show one of them, be it masked."""
    shown = {example_of(node.namespace, node.value) for node in nodes}

    def names(example: Iterable[Iterable[str]]) -> bool:
        return any(not shown.isdisjoint(group) for group in example)

    if report is None or "examples" not in report:
        return report
    kept = {
        kind: [one for one in examples if not names(one)] for kind, examples in report["examples"].items()
    }
    return {**report, "examples": kept}


def _places(text: str, gone: Names) -> Iterator[tuple[int, int]]:
    """Yield where they stand; a file that cannot be read any more has none but its words."""
    try:
        for token in yaml.scan(text):
            if isinstance(token, yaml.ScalarToken) and gone.anywhere(token.value):
                yield token.start_mark.index, token.end_mark.index
    except yaml.YAMLError:
        return
