"""What an import writes to the log is what the first stages read from it."""

from tieline.collect.normalize import normalize
from tieline.collect.wire import read
from tieline.connect.job import ImportJob
from tieline.connect.mapping import read_mapping
from tieline.model.event import (
    CONSENT_UPDATED,
    TAG_ADDED,
    Event,
    Identified,
    Identifier,
    LogKind,
    LogRow,
    Source,
)
from tieline.model.identity import MEMBER, PHONE
from tieline.model.profile import ConsentEvent, FactKind
from tieline.profile.facts import consents, facts

MAPPING = {
    "source": "crm",
    "kind": "customers",
    "identifiers": {"phone": "手機", "member_id": "會員編號", "line:1657": "UID"},
    "traits": {"given_name": "姓名", "birth_date": {"column": "生日", "type": "date", "formats": ["ROC"]}},
    "tags": "標籤",
    "consent": {
        "column": "同意",
        "granted": ["Y"],
        "purpose": "marketing",
        "channel": "line",
        "notice_version": "2026-01",
        "at": {"column": "同意日", "formats": ["ROC"]},
    },
}
UID = "U" + "0a" * 16
FILE = (
    f"會員編號,手機,UID,姓名,生日,標籤,同意,同意日\nM1,912345678,{UID},許功蓋,79/03/05,VIP;早鳥,Y,113/05/20\n"
)


def collected(path, run, folder) -> list[Event]:
    (batch,) = ImportJob(path, read_mapping(MAPPING), run, rejects_path=folder / "r.csv").batches()
    source = Source(workspace_id=1, source_id=3, key="import:i1", kind="import")
    row = LogRow(1, 1, 3, LogKind.IMPORT, batch.items, run.at, batch.body)
    events = [
        normalize(item, source, row, index, None) for index, item in enumerate(read(row.body, row.kind).items)
    ]
    assert all(isinstance(event, Event) for event in events)
    return events


def test_collect_reads_every_item_of_an_import(file, a_run, tmp_path):
    events = collected(file(FILE), a_run, tmp_path)
    assert [event.name for event in events] == ["identify", TAG_ADDED, CONSENT_UPDATED]
    for event in events:
        assert event.identifiers == (
            Identifier(MEMBER, "M1"),
            Identifier(PHONE, "0912345678"),
            Identifier("line:1657", UID),
        )


def test_profile_reads_the_facts_of_an_import(file, a_run, tmp_path):
    identified = [Identified(event, b"n", b"p") for event in collected(file(FILE), a_run, tmp_path)]
    said = {(fact.kind, fact.name, fact.value, fact.source) for one in identified for fact in facts(one)}
    assert said == {
        (FactKind.TRAIT, "given_name", "許功蓋", "import:i1"),
        (FactKind.TRAIT, "birth_date", "1990-03-05", "import:i1"),
        (FactKind.TAG, "VIP", True, "import:i1"),
        (FactKind.TAG, "早鳥", True, "import:i1"),
    }


def test_the_ledger_reads_the_consent_of_an_import(file, a_run, tmp_path):
    identified = [Identified(event, b"n", b"p") for event in collected(file(FILE), a_run, tmp_path)]
    (consent,) = [one for item in identified for one in consents(item, b"key", "")]
    assert isinstance(consent, ConsentEvent)
    assert (consent.purpose, consent.channel, consent.granted) == ("marketing", "line", True)
    assert (consent.method, consent.notice_version) == ("import", "2026-01")
    assert consent.at.isoformat() == "2024-05-19T16:00:00+00:00"
