"""How an import is taken back: what it said is withdrawn under its own name, and nothing else is touched.

Every item carries `context.import_id`. Whoever reads the log files what such an item says under the source key
`import:<id>` instead of the key of the system the file came from. Two imports of one system are therefore two
sources, and one can be taken back while the other stays.

Who wants it back marks the import as `undoing` and says so in the log, in one transaction: from then on nothing more
of it is appended, and what the stream has not come to is skipped. When the stream comes to that row, it carries out in
one transaction (`identify.undo`):

1. **Links**: delete rows of `link` with this source, then work out their zones again. Where another source says the
   same, its own row holds the pair together.
2. **Facts**: delete rows of `fact` with this source and fold the profiles of their nodes again. The older word of
   another source comes back by itself, because each source keeps its own.
3. **Events**: they stay in the log. History removes those of this source when the batch with `import_undone` reaches
   it, before it moves its mark, so that an interruption in between only makes it do so again.
4. **Consent**: the ledger is append-only. Each grant of the import is answered by a withdrawal with the method
   "import_undone", and counts as if it had never been said; the corrected file may grant again. A refusal stays:
   taking a file back must not make anyone reachable.
5. **Nodes** that nobody else names are deleted: no link, event, fact or decision, no send, no enrolment, and no
   refusal of consent. The others are dated as if the import had not been, because the oldest node names the profile.
6. **Message ids**: forget those whose events history has from this import, and those that named nobody
   (`message_ids`), or the corrected file could not bring its events in again. An event that an overlapping import had
   brought before was counted once, under the first of the two, and stays there.
7. The import is `undone`, so that a second undo does nothing. The same file with the same mapping is a new import
   from then on, with an id of its own.

Message ids are remembered per stable source (`crm`), never per `import:<id>`: otherwise importing a file twice would
count every order twice.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

_PREFIX = "import:"


class _Item(msgspec.Struct):
    messageId: str = ""  # noqa: N815 - Segment's name
    context: dict[str, Any] = {}


class _Body(msgspec.Struct):
    batch: list[_Item]


_BODY = msgspec.json.Decoder(_Body)


def source_key(import_id: str) -> str:
    """Return the key under which links, facts and consents of an import are filed."""
    return _PREFIX + import_id


def import_id_of(key: str) -> str | None:
    """Return the import that a source key names, None if it names no import."""
    return key.removeprefix(_PREFIX) if key.startswith(_PREFIX) else None


def message_ids(body: bytes, import_id: str) -> Iterator[str]:
    """Yield the message ids that an import used in one log row, for the undo to release."""
    for item in _BODY.decode(body).batch:
        if item.context.get("import_id") == import_id:
            yield item.messageId
