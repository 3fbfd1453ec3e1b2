"""A file of facts becomes people: the rules as they run, without a database. Pure.

The result is a function of the set of facts. Order, repetition and batches of lines cannot show in it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import combinations, pairwise
from typing import Any, NamedTuple

import msgspec

from tieline.identify.batch import LinkKey, add_link, marked, name_node
from tieline.identify.evidence import in_force
from tieline.identify.graph import Rejected, resolve
from tieline.identify.mark import said_in
from tieline.identify.normalize import Refused as Unusable
from tieline.identify.normalize import normalize
from tieline.identify.reason import sentences
from tieline.identify.rules import RULES, Rules
from tieline.identify.star import IDENTIFIERS_MAX, Reader
from tieline.ids import keyed_hash
from tieline.model.event import Identifier, Proof
from tieline.model.identity import ALLOW, BLOCK, CUT, JOIN, Assertion, Link, Node

RETRACT = "retract_source"
RESTORE = "restore_source"
PROOFS = {"typed": Proof.TYPED, "stated": Proof.STATED, "verified": Proof.VERIFIED}
ASSERTIONS = (CUT, JOIN, BLOCK, ALLOW, RETRACT, RESTORE)


class Person(NamedTuple):
    """One profile: the hexadecimal id of its oldest identifier, and (namespace, value) of all, sorted."""

    profile_id: str
    identifiers: list[tuple[str, str]]


class RefusedRow(NamedTuple):
    """A line that says nothing that can be used. `row`: counted from 1."""

    row: int
    reason: str


class Replayed(NamedTuple):
    """What a file says.

    Attributes:
        people: Sorted by their identifiers.
        refused: Rows that were left out.
        partly: Rows of which a part does not count: some of their identifiers, or what another row overrules. And why.
    """

    people: list[Person]
    refused: list[RefusedRow]
    partly: list[RefusedRow]


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    """One line, a fact or a decision; which of the two shows in `assert`."""

    at: datetime
    decision: str = msgspec.field(default="", name="assert")
    source: str = ""
    proof: str = "stated"
    identifiers: list[Identifier] = []
    traits: Mapping[str, Any] = {}
    author: str = ""
    reason: str = ""


class _Fact(NamedTuple):
    """A fact that can be used, with its place in the file."""

    row: int
    said: _Row
    at: datetime


_DECODER = msgspec.json.Decoder(_Row)


class _Facts:
    """The lines of a file, sorted by what they are."""

    def __init__(self) -> None:
        self.evidence: list[_Fact] = []
        self.decisions: list[_Fact] = []
        self.refused: list[RefusedRow] = []
        self.partly: list[RefusedRow] = []

    def take(self, number: int, line: bytes) -> None:
        try:
            said = _DECODER.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            self.refused.append(RefusedRow(number, f"{error}."))
            return
        problem = _problem(said)
        if problem:
            self.refused.append(RefusedRow(number, problem))
        else:
            fact = _Fact(number, said, said.at.astimezone(UTC))
            (self.decisions if said.decision else self.evidence).append(fact)

    def of(self, kind: str) -> Iterable[_Fact]:
        return (fact for fact in self.decisions if fact.said.decision == kind)


def people_in(lines: Iterable[bytes], identity_key: bytes, region: str, rules: Rules = RULES) -> Replayed:
    """Return the people that a file of facts describes.

    Args:
        lines: JSON, one object each; empty lines are passed over.
        identity_key: Keys the hash that names identifiers, and with them profiles.
        region: Country of phone numbers that do not say theirs, as ISO 3166 writes it.
        rules: Limits and strength of the namespaces.
    """
    facts = _Facts()
    for number, line in enumerate(lines, 1):
        if line.strip():
            facts.take(number, line)
    nodes, links = _evidence(facts, identity_key, region, rules)
    pins, assertions = _assertions(facts, identity_key, region)
    # The file knows no other present than its latest line.
    epoch = max((fact.at for fact in (*facts.evidence, *facts.decisions)), default=None)
    profile_of = resolve(nodes.values(), links, assertions, rules, epoch=epoch, reasons=False).profile_of
    vain = {
        pair for pair in in_force(assertions).joins if len({profile_of.get(end) for end in pair} - {None}) > 1
    }
    if vain:  # why they join nobody is asked only then, for it is asked of every link
        found = resolve(nodes.values(), links, assertions, rules, epoch=epoch).decisions
        facts.partly += [_vain(one, pins, assertions, rules) for one in found if (one.a, one.b) in vain]
    members: defaultdict[bytes, list[tuple[str, str]]] = defaultdict(list)
    for node_id, profile_id in profile_of.items():
        members[profile_id].append((nodes[node_id].namespace, nodes[node_id].value))
    people = [Person(profile_id.hex(), sorted(names)) for profile_id, names in members.items()]
    return Replayed(
        sorted(people, key=lambda one: one.identifiers), sorted(facts.refused), sorted(facts.partly)
    )


def _evidence(
    facts: _Facts, identity_key: bytes, region: str, rules: Rules
) -> tuple[dict[bytes, Node], list[Link]]:
    retracted = _retracted(facts)
    blocked = {
        (one.namespace, value)
        for fact in facts.of(BLOCK)
        for one in fact.said.identifiers
        if (value := _value(one, region)) is not None
    }
    reader = Reader(identity_key, region, rules)
    nodes: dict[bytes, Node] = {}
    links: dict[LinkKey, Link] = {}
    for fact in facts.evidence:
        source, proof = fact.said.source, PROOFS[fact.said.proof]
        if source in retracted and fact.at <= retracted[source]:
            continue
        usable = [one for one in fact.said.identifiers if (one.namespace, _value(one, region)) not in blocked]
        star = reader.read(usable, proven=proof is Proof.VERIFIED)
        if not star.nodes:
            why = ", ".join(sorted(set(star.refused))) or "blocked"
            facts.refused.append(RefusedRow(fact.row, f"No identifier can be used: {why}."))
            continue
        if left_out := [*star.refused, *["blocked"] * (len(fact.said.identifiers) - len(usable))]:
            why = ", ".join(sorted(set(left_out)))
            facts.partly.append(RefusedRow(fact.row, f"{len(left_out)} of its identifiers left out: {why}."))
        marks = marked(said_in(fact.said.traits), source, proof)
        for named in star.nodes:
            name_node(nodes, named, fact.at, marks, rules)
        for a, b in star.pairs:
            add_link(links, (a, b, source, proof), fact.at)
    return nodes, list(links.values())


def _retracted(facts: _Facts) -> dict[str, datetime]:
    """Return until when what a source said is taken back: facts after its last retraction count again.

    Giving a source its word back ends the retractions before it.
    """
    restored: dict[str, datetime] = {}
    for fact in facts.of(RESTORE):
        source = fact.said.source
        restored[source] = max(fact.at, restored.get(source, fact.at))
    until: dict[str, datetime] = {}
    for fact in facts.of(RETRACT):
        source = fact.said.source
        if source not in restored or fact.at > restored[source]:
            until[source] = max(fact.at, until.get(source, fact.at))
    return until


_Pins = dict[tuple[datetime, bool, bytes, bytes], _Fact]
"""The row of each cut and join, by when, whether it cuts, and the two."""


def _assertions(facts: _Facts, identity_key: bytes, region: str) -> tuple[_Pins, list[Assertion]]:
    """Return cuts and joins, numbered by what they say, since the file has no order; a cut goes after a join."""
    found: _Pins = {}
    for fact in facts.decisions:
        if fact.said.decision not in {CUT, JOIN}:
            continue
        ids = {
            keyed_hash(identity_key, one.namespace, value)
            for one in fact.said.identifiers
            if (value := _value(one, region)) is not None
        }
        if len(ids) < 2:
            facts.refused.append(
                RefusedRow(fact.row, "A decision is about two identifiers that can be used.")
            )
        for a, b in combinations(sorted(ids), 2):
            is_cut = fact.said.decision == CUT
            found[fact.at, is_cut, a, b] = fact
            other = found.get((fact.at, not is_cut, a, b))
            if other is not None:
                why = f"This and row {other.row} pin the same two apart and together at the same time; apart holds."
                facts.refused.append(RefusedRow(fact.row, why))
    decided = [
        Assertion(CUT if is_cut else JOIN, a, b, at, number, found[at, is_cut, a, b].said.author)
        for number, (at, is_cut, a, b) in enumerate(sorted(found), 1)
    ]
    facts.partly += _overruled(found)
    allowed = {
        keyed_hash(identity_key, one.namespace, value): fact.at
        for fact in facts.of(ALLOW)
        for one in fact.said.identifiers
        if (value := _value(one, region)) is not None
    }
    return found, decided + [Assertion(ALLOW, node_id, node_id, at) for node_id, at in allowed.items()]


def _overruled(pins: _Pins) -> Iterable[RefusedRow]:
    """Yield the pins that a later one about the same two contradicts."""
    by_pair: defaultdict[tuple[bytes, bytes], list[tuple[datetime, bool]]] = defaultdict(list)
    for at, is_cut, a, b in sorted(pins):
        by_pair[a, b].append((at, is_cut))
    for pair, said in by_pair.items():
        for (at, is_cut), (later_at, cuts_later) in pairwise(said):
            if is_cut != cuts_later and at != later_at:
                later = pins[later_at, cuts_later, *pair]
                does = "cuts the same two apart" if cuts_later else "joins the same two"
                yield RefusedRow(pins[at, is_cut, *pair].row, f"Row {later.row} {does} later; that holds.")


def _vain(rejected: Rejected, pins: _Pins, assertions: Iterable[Assertion], rules: Rules) -> RefusedRow:
    """Say why a pin that holds joins nobody; of a cut also where it stands."""
    pinned = {
        (one.a, one.b): pins[one.at, one.kind == CUT, one.a, one.b] for one in assertions if one.kind != ALLOW
    }
    why = [f"row {pinned[pair].row} cuts apart whom it would bring together" for pair in rejected.cuts]
    if not why:
        why = [sentences(rejected, rules)["en"]]
    return RefusedRow(
        pinned[rejected.a, rejected.b].row, f"This joins nobody: {'; '.join(why)}".rstrip(".") + "."
    )


def _value(identifier: Identifier, region: str) -> str | None:
    value = normalize(identifier.namespace, identifier.value, region)
    return (value.written or None) if isinstance(value, Unusable) else value


def _problem(said: _Row) -> str:
    """Return what is wrong with a line whose types are right, or ""."""
    if said.at.tzinfo is None:
        return 'The time "at" does not say its zone: end it in Z.'
    if len(said.identifiers) > IDENTIFIERS_MAX:
        return f"One line may name {IDENTIFIERS_MAX} identifiers, this one names {len(said.identifiers)}."
    return _wrong_decision(said) if said.decision else _wrong_fact(said)


def _wrong_fact(said: _Row) -> str:
    if said.proof not in PROOFS:
        return f"proof is {said.proof!r}; it must be one of {', '.join(PROOFS)}."
    if not said.source:
        return "A fact needs a source."
    return "" if said.identifiers else "A fact names at least one identifier."


def _wrong_decision(said: _Row) -> str:
    if said.decision not in ASSERTIONS:
        return f"assert is {said.decision!r}; it must be one of {', '.join(ASSERTIONS)}."
    if said.decision in {RETRACT, RESTORE}:
        return "" if said.source else f"{said.decision} names its source."
    return "" if said.identifiers else "A decision names its identifiers."
