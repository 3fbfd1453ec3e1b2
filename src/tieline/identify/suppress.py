"""Who was erased stays erased: what names them is refused until they themselves come back.

What survives of an identifier is a hash under a key, other than the hash that names nodes. A file, a till or a late
event cannot bring an erased person back; a follow, an account link or a consent that was given after the erasure can.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from msgspec.structs import replace

from tieline.identify.normalize import Refused, normalize
from tieline.identify.rules import RULES, Rules
from tieline.ids import keyed_hash
from tieline.model.erasure import Suppressed
from tieline.model.event import (
    CONSENT_UPDATED,
    LINE_ACCOUNT_LINKED,
    LINE_FOLLOWED,
    Event,
    Identifier,
    Parked,
)
from tieline.model.identity import EMAIL, PHONE
from tieline.ports import SuppressionStore

ERASED = "[erased]"
_DOMAIN = "suppressed"
_LEAF_MAX = 256
_PHONE_LIKE = re.compile(r"\+?[0-9][0-9\s().・‐-―−-]{6,24}")
_PHONE_NUMBER_MIN, _PHONE_NUMBER_MAX = 10**7, 10**12
_LINE_LENGTH = 33
_RETURNS = frozenset({LINE_FOLLOWED, LINE_ACCOUNT_LINKED})


@lru_cache(maxsize=65_536)
def suppression_of(identity_key: bytes, namespace: str, value: str, region: str) -> bytes | None:
    """Return the hash under which an identifier is refused, None for what cannot be one."""
    normal = normalize(namespace, value, region)
    written = normal.written if isinstance(normal, Refused) else normal
    return keyed_hash(identity_key, _DOMAIN, namespace, written) if written else None


class Gone:
    """Which identifiers name nobody any more.

    Args:
        hashes: Suppression hashes, with the namespace of each.
        identity_key: Keys them.
        region: Country of numbers that do not say theirs.
        rules: How strong each namespace is: an event is about the strongest of its identifiers.
    """

    def __init__(
        self, hashes: Mapping[bytes, str], identity_key: bytes, region: str, rules: Rules = RULES
    ) -> None:
        self._hashes = hashes
        self._key = identity_key
        self._region = region
        self._rules = rules
        self._lines = sorted({name for name in hashes.values() if name.startswith("line:")})

    def names(self, namespace: str, value: str) -> bool:
        """Say whether an identifier is gone."""
        return suppression_of(self._key, namespace, value, self._region) in self._hashes

    def about(self, identifiers: Sequence[Identifier]) -> bool:
        """Say whether an event with these identifiers is about somebody who is gone."""
        usable = [one for one in identifiers if suppression_of(self._key, *_pair(one), self._region)]
        if not usable:
            return False
        return self.names(
            *_pair(
                min(usable, key=lambda one: (self._rules.of(one.namespace).tier, one.namespace, one.value))
            )
        )

    def leaf(self, text: str) -> bool:
        """Say whether a text is a phone number, an address or a LINE user that is gone, wherever it stands.

        Other identifiers are too short to be known by themselves: "M1" may be a size.
        """
        if len(text) > _LEAF_MAX:
            return False
        if "@" in text or "＠" in text:
            return self.names(EMAIL, text)
        plain = unicodedata.normalize("NFKC", text).strip()
        if len(plain) == _LINE_LENGTH and plain[0] == "U":
            return any(self.names(name, plain) for name in self._lines)
        return bool(_PHONE_LIKE.fullmatch(plain)) and self.names(PHONE, text)

    def anywhere(self, text: str) -> bool:
        """Say whether a text is an identifier that is gone, of whatever namespace."""
        return any(self.names(namespace, text) for namespace in set(self._hashes.values()))

    def without(self, value: Any) -> Any:
        """Return a JSON value in which no leaf is gone."""
        if isinstance(value, str):
            return ERASED if self.leaf(value) else value
        if isinstance(value, Mapping):
            return {name: self.without(item) for name, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.without(item) for item in value]
        if isinstance(value, int) and not isinstance(value, bool):
            return (
                ERASED if _PHONE_NUMBER_MIN <= value <= _PHONE_NUMBER_MAX and self.leaf(str(value)) else value
            )
        return value


class Passed(NamedTuple):
    """What came through.

    Attributes:
        parked: Events about somebody who was erased.
        touched: Log offsets of rows that name somebody who was erased; that part of them has to go.
    """

    events: list[Event]
    parked: list[Parked]
    touched: set[int]


class SuppressionStage:
    """Event in, event out, if it is not about somebody who was erased.

    The stage remembers what is suppressed, which only its own transactions change: call `forget` after one failed.

    Args:
        store: What is suppressed.
        keys: Identity key by workspace.
        regions: Country by workspace.
    """

    def __init__(
        self, store: SuppressionStore, keys: Mapping[int, bytes], regions: Mapping[int, str]
    ) -> None:
        self._store = store
        self._keys = keys
        self._regions = regions
        self._known: dict[int, dict[bytes, Suppressed]] | None = None

    def forget(self) -> None:
        """Read what is suppressed anew when it is needed next."""
        self._known = None

    async def gone(self, workspace_id: int) -> Gone:
        """Return who is suppressed in a workspace now."""
        held = (await self._held()).get(workspace_id, {})
        return Gone(
            {one.hash: one.namespace for one in held.values()},
            self._keys[workspace_id],
            self._regions.get(workspace_id, "TW"),
        )

    async def process(self, events: Sequence[Event]) -> Passed:
        """Let through what may pass, in order."""
        known = await self._held()
        passed = Passed([], [], set())
        judges: dict[int, Gone] = {}
        for event in events:
            held = known.get(event.workspace_id)
            if not held:
                passed.events.append(event)
                continue
            if returns(event):
                await self._lift(event, held)
                judges.pop(event.workspace_id, None)
            judge = judges.get(event.workspace_id)
            if judge is None:
                judge = judges[event.workspace_id] = await self.gone(event.workspace_id)
            _judge(event, judge, passed)
        return passed

    async def _held(self) -> dict[int, dict[bytes, Suppressed]]:
        if self._known is None:
            found: defaultdict[int, dict[bytes, Suppressed]] = defaultdict(dict)
            for workspace_id, one in await self._store.suppressed():
                found[workspace_id][one.hash] = one
            self._known = dict(found)
        return self._known

    async def _lift(self, event: Event, held: dict[bytes, Suppressed]) -> None:
        """Let the identifiers that a person came back with name somebody again."""
        key, region = self._keys[event.workspace_id], self._regions.get(event.workspace_id, "TW")
        named = {suppression_of(key, *_pair(one), region) for one in event.identifiers}
        lifted = [one for one in named if one in held and held[one].erased_at < event.at]
        if lifted:
            await self._store.lift(event.workspace_id, lifted)
            for one in lifted:
                del held[one]


def returns(event: Event) -> bool:
    """Say whether a person comes back by this event: LINE's own word, or a consent that somebody may give."""
    if event.source.kind == "line":
        return event.name in _RETURNS
    if event.name != CONSENT_UPDATED or event.source.key.startswith("import:"):
        return False
    return event.source.may_grant_consent and event.properties.get("state") == "granted"


def _judge(event: Event, judge: Gone, passed: Passed) -> None:
    gone = {one for one in event.identifiers if judge.names(*_pair(one))}
    if not gone:
        passed.events.append(event)
        return
    passed.touched.add(event.log_offset)
    if judge.about(event.identifiers):
        why = "The person was erased; only a consent of their own brings them back."
        passed.parked.append(
            Parked(event.workspace_id, event.log_offset, event.item, "identify", "erased", why)
        )
        return
    passed.events.append(
        replace(
            event,
            identifiers=tuple(one for one in event.identifiers if one not in gone),
            traits=judge.without(event.traits),
            properties=judge.without(event.properties),
        )
    )


def _pair(identifier: Identifier) -> tuple[str, str]:
    return identifier.namespace, identifier.value


def hashes_of(nodes: Iterable[tuple[str, str]], identity_key: bytes, region: str) -> dict[bytes, str]:
    """Return the suppression hashes of identifiers in their normal form, with the namespace of each."""
    found = {suppression_of(identity_key, *node, region): node[0] for node in nodes}
    return {name: namespace for name, namespace in found.items() if name is not None}
