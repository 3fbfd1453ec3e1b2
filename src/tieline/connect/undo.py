"""How an import is taken back: what it said is withdrawn under its own name, and nothing else is touched.

Every item carries `context.import_id`. Whoever reads the log files what such an item says under the source key
`import:<id>` instead of the key of the system the file came from. Two imports of one system are therefore two
sources, and one can be taken back while the other stays. Taking back means, in one transaction:

1. **Links**: delete rows of `link` with this source, then work out their zones again. Where another source says the
   same, its own row holds the pair together.
2. **Facts**: delete rows of `fact` with this source and fold the profiles of their nodes again. The older word of
   another source comes back by itself, because each source keeps its own.
3. **Events**: leave them in the log and exclude them from history: by the log offsets of the import's rows, which
   carry nothing but this import.
4. **Consent**: the ledger is append-only. Where a grant of the import is the newest word in force, it is answered by
   a withdrawal with the method "import_undone", dated now. A refusal stays: taking a file back must not make anyone
   reachable.
5. **Nodes** that no link, fact, event or consent of another source names are deleted.
6. **Message ids**: forget those of the import (`message_ids`), or the corrected file could not bring its events in
   again. An event that an overlapping import had also brought was counted once, under the first of the two; import
   the other file again after this.
7. `import_job.undone_at` is set, so that a second undo does nothing and a stream that is still behind skips the rest.

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
