"""A backup brings back whom it still knew: Tieline does not start on it until they are refused and erased again."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from click.testing import Result
from line_brand import Brand
from test_erasure_steps import Person, ask, brand, carry_out, fill, traces
from typer.testing import CliRunner

from tieline.app.restored import refuse_older_than_erasures
from tieline.cli import app
from tieline.connect import ledger
from tieline.errors import StartError
from tieline.testing.build import NOON

__all__ = ["brand"]
Command = Callable[..., Awaitable[Result]]
LATER = ("erasure", "suppression", "consent_proof", "deauthorization", "message_seen")
"""What a backup that was made before an erasure holds nothing of."""


@pytest.fixture
def tieline(brand: Brand, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("TIELINE_POSTGRES_URL", postgres_url)
    data = ("--data", str(brand.settings.data), "--workspace", "brand")

    async def run(*arguments: str) -> Result:
        done = await asyncio.to_thread(CliRunner().invoke, app, ["erasure", *arguments, *data])
        assert done.exit_code == 0, done.output
        return done

    return run


async def restored(brand: Brand, url: str, person: Person) -> None:
    """Let the database be as it was before the person was erased; the ledger stands apart."""
    async with brand.unit.transaction():
        for table in LATER:
            await brand.unit.connection.execute(f"delete from {table}".encode())
    await fill(brand, url, person)


async def test_whom_a_restored_backup_brings_back_is_erased_before_anybody_is_served(
    brand: Brand, postgres_url: str, tieline: Command
) -> None:
    person = Person(1)
    await fill(brand, postgres_url, person)
    await ask(brand, person)
    await carry_out(brand, postgres_url)
    await refuse_older_than_erasures(brand.settings, postgres_url)
    await brand.remember(postgres_url)
    await restored(brand, postgres_url, person)
    with pytest.raises(StartError, match="names 1 erasures") as refused:
        await refuse_older_than_erasures(brand.settings, postgres_url)

    again = await tieline("reapply")
    nothing = await tieline("reapply")
    await refuse_older_than_erasures(brand.settings, postgres_url)
    await carry_out(brand, postgres_url)

    assert "tieline erasure reapply" in str(refused.value)
    assert "1 erasures were not in the database" in again.output
    assert "4 identifiers" in again.output
    assert "knows every erasure" in nothing.output
    assert await traces(brand, postgres_url, person) == []
    assert await brand.rows("select erasure_id, state from erasure") == [("er_1", "done")]
    assert len(await brand.rows("select hash from suppression")) == 4
    assert len(ledger.read(ledger.path_of(brand.settings.data, ""))) == 1


async def test_what_is_kept_of_a_consent_is_shown_to_who_knows_the_name(
    brand: Brand, postgres_url: str, tieline: Command
) -> None:
    person = Person(2)
    await fill(brand, postgres_url, person)
    await ask(brand, person)
    await carry_out(brand, postgres_url)

    told = await tieline("proof", f"member_id={person.member}")
    other = await tieline("proof", "member_id=M-OTHER")

    assert "agreed marketing on line by form, notice 7, told by shop; kept until" in told.output
    assert "Nothing is kept" in other.output


def test_a_ledger_whose_last_line_broke_off_is_read_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "erasures.jsonl"
    one = ledger.Entry(1, "er_1", NOON, (("phone", "ab"),))
    ledger.note(path, one)
    with path.open("ab") as file:
        file.write(b'{"workspace_id":1,"erasure_id":"er_2","asked')

    ledger.note(path, ledger.Entry(1, "er_2", NOON, ()))
    ledger.note(path, one)

    assert [entry.erasure_id for entry in ledger.read(path)] == ["er_1", "er_2"]
