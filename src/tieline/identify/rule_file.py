"""The rules of a workspace as a file that people read and write; `rules.yaml` beside this is the one that is shipped.

What a file says is checked as a whole, and refused as a whole: rules that are half understood would merge people.
"""

import re
from collections.abc import Iterable
from datetime import date
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from tieline.errors import InvalidRulesError
from tieline.identify.normalize import Refused, normalize
from tieline.identify.rule_reader import Entry, Problem, Reader, line_of, nearest
from tieline.identify.rules import LinkingBasis, Rule, Rules
from tieline.model.identity import ANONYMOUS, EMAIL, LINE, MEMBER, PHONE, POS_CARD

OTHER = "other"
KNOWN = (MEMBER, LINE, POS_CARD, PHONE, EMAIL, OTHER, ANONYMOUS)
VETOES = ("given_name", "birth_date")
MERGES_PERCENT = 1.0
_COUNT_MAX, _DAYS_MAX = 1_000_000, 36_500
_OWN = "own"
_NAMESPACE = re.compile(r"[a-z][a-z0-9_]{0,39}")
# What one identifier may say: its name in the file, its name in `Rule`, its kind.
_SAID: tuple[tuple[str, str, type], ...] = (
    ("limit", "limit", int),
    ("names_a_person", "anchor", bool),
    ("changes_hands", "weak", bool),
    ("verified_only", "proven_only", bool),
    ("shared_above", "shared_above", int),
    ("passes_on_after_days", "succeeds_after_days", int),
    ("latest_account_holds", "replaced", bool),
    ("expires_after_days", "ttl_days", int),
    ("blocked", "blocked", list),
    ("allowed", "allowed", list),
)
_NAMES = tuple(name for name, _, _ in _SAID)
_TOP = (
    "identifiers", "never_together", "largest_profile", "largest_zone", "line_providers_apart", "linking_basis",
    "ask_when_merging_percent",
)  # fmt: skip
_BASIS = ("providers", "page_url", "attested_by", "at")


class RuleFile(NamedTuple):
    """What a file says.

    Attributes:
        merges_percent: A change that merges more than this share of all profiles waits for a person's word.
    """

    rules: Rules
    merges_percent: float


def shipped() -> str:
    """Return the text of the rules that hold where a workspace has none of its own."""
    return files("tieline.identify").joinpath("rules.yaml").read_text("utf-8")


def check(text: str, region: str, version: int = 0) -> tuple[RuleFile | None, list[Problem]]:
    """Read a file; return the rules, or None with every mistake in the order of the lines.

    Args:
        text: YAML.
        region: Country of phone numbers that do not say theirs.
        version: The number that the rules get.
    """
    reader = Reader()
    root = reader.document(text)
    found = _File(reader, region).read(root, version) if root is not None else None
    problems = sorted(set(reader.problems))
    return (None if problems else found), problems


def parse(text: str, region: str, version: int = 0) -> RuleFile:
    """Read a file.

    Raises:
        InvalidRulesError: It names every mistake with its line.
    """
    found, problems = check(text, region, version)
    if found is None:
        raise InvalidRulesError(
            " ".join(str(one)[:1].upper() + str(one)[1:] for one in problems),
            field=f"/text/{problems[0].line}",
            way_out="Nothing was changed.",
        )
    return found


class _File:
    def __init__(self, reader: Reader, region: str) -> None:
        self._reader = reader
        self._region = region

    def read(self, root: yaml.Node, version: int) -> RuleFile | None:
        said: dict[str, Any] = {}
        for entry in self._reader.entries(root, "the file"):
            match entry.name:
                case "identifiers":
                    said["identifiers"] = self._identifiers(entry)
                case "never_together":
                    said["vetoes"] = self._vetoes(entry)
                case "largest_profile":
                    said["profile_max"] = self._reader.number(entry.node, entry.name, 0, _COUNT_MAX)
                case "largest_zone":
                    said["zone_max"] = self._reader.number(entry.node, entry.name, 0, _COUNT_MAX)
                case "line_providers_apart":
                    said["apart"] = self._reader.value(entry.node, bool, entry.name)
                case "linking_basis":
                    said["bases"] = self._bases(entry)
                case "ask_when_merging_percent":
                    said["percent"] = self._percent(entry)
                case _:
                    self._reader.unknown(entry, "part of this file", _TOP)
        self._whole(root, said)
        if self._reader.problems:
            return None
        table, other = said["identifiers"]
        rules = Rules(
            tuple(table),
            other,
            version,
            vetoes=tuple(said.get("vetoes", ())),
            profile_max=said.get("profile_max", 0),
            zone_max=said.get("zone_max", 0),
            providers_apart=said.get("apart", False),
            bases=tuple(said.get("bases", ())),
        )
        return RuleFile(rules, said.get("percent", MERGES_PERCENT))

    def _whole(self, root: yaml.Node, said: dict[str, Any]) -> None:
        """Refuse what no single line says wrongly."""
        if "identifiers" not in said:
            self._reader.refuse(line_of(root), "the part 'identifiers' is missing.")
        profile_max, zone_max = said.get("profile_max") or 0, said.get("zone_max") or 0
        if profile_max == 1:
            self._reader.refuse(
                line_of(root), "largest_profile is 1, so nothing could ever be joined; 0 is no limit."
            )
        if profile_max and zone_max and zone_max < profile_max:
            self._reader.refuse(
                line_of(root), f"largest_zone ({zone_max}) is below largest_profile ({profile_max})."
            )
        if said.get("bases") and not said.get("apart"):
            self._reader.refuse(
                line_of(root), "a linking_basis is an exception to line_providers_apart, which is not true."
            )

    def _identifiers(self, part: Entry) -> tuple[list[Rule], Rule]:
        table: list[Rule] = []
        other: Rule | None = None
        for tier, entry in enumerate(self._reader.entries(part.node, "identifiers")):
            rule = self._rule(entry, tier)
            if rule is None:
                continue
            if entry.name == OTHER:
                other = rule
            else:
                table.append(rule)
        if other is None:
            self._reader.refuse(
                part.line, "'other' is missing: what holds for identifiers that are not named here."
            )
        return table, other or Rule("", 0, 1)

    def _rule(self, entry: Entry, tier: int) -> Rule | None:
        said: dict[str, Any] = {}
        own = False
        lines = {"": entry.line}
        for one in self._reader.entries(entry.node, entry.name):
            what = f"{entry.name}: {one.name}"
            lines[one.name] = one.line
            if one.name == _OWN:
                own = bool(self._reader.value(one.node, bool, what))
                continue
            kinds = {name: (field, kind) for name, field, kind in _SAID}
            if one.name not in kinds:
                self._reader.unknown(one, "property of an identifier", (*_NAMES, _OWN))
                continue
            field, kind = kinds[one.name]
            said[field] = self._said(entry.name, one, what, kind)
        self._namespace(entry, own=own)
        if "limit" not in said:
            self._reader.refuse(
                entry.line, f"{entry.name}: 'limit' is missing: how many of them one person may hold."
            )
        if any(value is None for value in said.values()) or "limit" not in said:
            return None
        rule = Rule("" if entry.name == OTHER else entry.name, tier, **said)
        for line, sentence in contradictions(rule, lines):
            self._reader.refuse(line, f"{entry.name}: {sentence}")
        return rule

    def _namespace(self, entry: Entry, *, own: bool) -> None:
        if entry.name in KNOWN:
            if own:
                self._reader.refuse(entry.line, f"{entry.name!r} is Tieline's; 'own' is for names of yours.")
        elif not _NAMESPACE.fullmatch(entry.name):
            self._reader.refuse(
                entry.line, f"{entry.name!r} is no name for an identifier: small letters, digits and _ only."
            )
        elif not own:
            self._reader.refuse(
                entry.line,
                f"{entry.name!r} is no identifier that Tieline knows{nearest(entry.name, KNOWN)}"
                " If it is yours, add own: true.",
            )

    def _said(self, namespace: str, one: Entry, what: str, kind: type) -> Any:
        if kind is bool:
            return self._reader.value(one.node, bool, what)
        if kind is list:
            return self._values(namespace, one, what)
        least = 1 if one.name == "limit" else 0
        most = _DAYS_MAX if one.name.endswith("_days") else _COUNT_MAX
        return self._reader.number(one.node, what, least, most)

    def _values(self, namespace: str, one: Entry, what: str) -> tuple[str, ...]:
        """Return values in their one spelling."""
        read = {LINE: f"{LINE}:any", OTHER: "own"}.get(namespace, namespace)
        found: dict[str, None] = {}
        for node in self._reader.items(one.node, what):
            value = self._reader.value(node, str, what)
            if value is None:
                continue
            normal = normalize(read, value, self._region)
            written = normal.written if isinstance(normal, Refused) else normal
            if written:
                found[written] = None
            elif not isinstance(normal, Refused) or normal.reason != "blocked":
                why = normal.reason if isinstance(normal, Refused) else "empty"
                self._reader.refuse(line_of(node), f"{what}: {value!r} can be no {namespace}: {why}.")
        return tuple(found)

    def _vetoes(self, part: Entry) -> list[str]:
        found = []
        for node in self._reader.items(part.node, part.name):
            value = self._reader.value(node, str, part.name)
            if value is not None and value not in VETOES:
                self._reader.refuse(line_of(node), f"{value!r} keeps nobody apart{nearest(value, VETOES)}")
            elif value is not None:
                found.append(value)
        return found

    def _bases(self, part: Entry) -> list[LinkingBasis]:
        found = []
        for node in self._reader.items(part.node, part.name):
            said: dict[str, Any] = {}
            for one in self._reader.entries(node, "a linking_basis"):
                if one.name not in _BASIS:
                    self._reader.unknown(one, "property of a linking_basis", _BASIS)
                elif one.name == "providers":
                    said["providers"] = tuple(
                        str(value)
                        for item in self._reader.items(one.node, "providers")
                        if (value := self._reader.value(item, str, "a provider")) is not None
                    )
                else:
                    said[one.name] = self._reader.value(one.node, str, one.name)
            if self._fits(node, said):
                found.append(LinkingBasis(**said))
        return found

    def _fits(self, node: yaml.Node, said: dict[str, Any]) -> bool:
        missing = [name for name in _BASIS if not said.get(name)]
        if missing:
            self._reader.refuse(line_of(node), f"a linking_basis needs {', '.join(missing)}.")
            return False
        if len(set(said["providers"])) < 2:
            self._reader.refuse(line_of(node), "a linking_basis is about two providers at least.")
        if not str(said["page_url"]).startswith("https://"):
            self._reader.refuse(
                line_of(node), "page_url must begin with https://: customers have to be able to read it."
            )
        try:
            date.fromisoformat(str(said["at"])[:10])
        except ValueError:
            self._reader.refuse(line_of(node), f"at is {said['at']!r}; write a date as 2026-05-01.")
        return True

    def _percent(self, entry: Entry) -> float | None:
        found = (
            yaml.SafeLoader("").construct_object(entry.node)
            if isinstance(entry.node, yaml.ScalarNode)
            else None
        )
        if isinstance(found, bool) or not isinstance(found, (int, float)) or not 0 <= found <= 100:
            self._reader.refuse(entry.line, f"{entry.name} must be a number from 0 to 100.")
            return None
        return float(found)


def contradictions(rule: Rule, lines: dict[str, int]) -> Iterable[tuple[int, str]]:
    """Yield (line, sentence) for what a rule says against itself.

    Args:
        rule: As it was read.
        lines: Where each property stands; "" is where the rule begins.
    """
    both = sorted(set(rule.blocked) & set(rule.allowed))
    if both:
        yield lines.get("allowed", lines[""]), f"{both[0]!r} is blocked and allowed."
    if rule.anchor and rule.weak:
        yield lines["changes_hands"], "what names a person does not change hands."
    if rule.anchor and rule.shared_above:
        yield lines["shared_above"], "what names a person is not shared by several."
    if rule.anchor and rule.succeeds_after_days:
        yield lines["passes_on_after_days"], "what names a person does not pass on to another."
    if rule.replaced and rule.succeeds_after_days:
        yield lines["passes_on_after_days"], "of several accounts the latest holds, so none passes on."
    if rule.weak and rule.replaced:
        yield lines["latest_account_holds"], "what changes hands is no account."


def written(rules: Rules, merges_percent: float = MERGES_PERCENT) -> str:
    """Return rules as a file without comments; reading it gives them again, tiers counted from 0."""
    said: dict[str, Any] = {"identifiers": {}}
    for rule in sorted((*rules.table, rules.other), key=lambda one: one.tier):
        properties: dict[str, Any] = {}
        for name, field, _ in _SAID:
            value = getattr(rule, field)
            if value or name == "limit":
                properties[name] = list(value) if isinstance(value, tuple) else value
        name = rule.namespace or OTHER
        if name not in KNOWN:
            properties[_OWN] = True
        said["identifiers"][name] = properties
    said |= {
        "never_together": list(rules.vetoes),
        "largest_profile": rules.profile_max,
        "largest_zone": rules.zone_max,
        "line_providers_apart": rules.providers_apart,
        "linking_basis": [
            {
                "providers": list(one.providers),
                "page_url": one.page_url,
                "attested_by": one.attested_by,
                "at": one.at,
            }
            for one in rules.bases
        ],
        "ask_when_merging_percent": merges_percent,
    }
    return str(yaml.safe_dump(said, allow_unicode=True, sort_keys=False))
