"""Builders of files, mappings and runs for the tests of imports."""

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tieline.connect.convert import ImportRun
from tieline.connect.job import ImportJob, Report, run
from tieline.connect.limits import Limits
from tieline.connect.mapping import ImportMapping, read_mapping

CUSTOMERS = {
    "source": "crm",
    "kind": "customers",
    "identifiers": {"member_id": "會員編號", "phone": "手機"},
    "traits": {"given_name": "姓名"},
}
ORDERS = {
    "source": "pos",
    "kind": "orders",
    "identifiers": {"phone": "手機"},
    "event": {
        "at": {"column": "時間"},
        "id": "單號",
        "properties": {"total": {"column": "金額", "type": "number"}},
        "group_by": "單號",
        "items": {"sku": "商品代碼", "price": {"column": "單價", "type": "number"}},
    },
}
AT = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


class Imported:
    """What an import said and reported."""

    def __init__(self, items: list[dict[str, Any]], report: Report, batches: list[int], rejects: str) -> None:
        self.items = items
        self.report = report
        self.batches = batches
        self.rejects = rejects

    @property
    def ids(self) -> list[str]:
        return [item["messageId"] for item in self.items]


@pytest.fixture
def customers() -> ImportMapping:
    return read_mapping(CUSTOMERS)


@pytest.fixture
def orders() -> ImportMapping:
    return read_mapping(ORDERS)


@pytest.fixture
def a_run() -> ImportRun:
    return ImportRun(1, "i1", AT)


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Write text or bytes to a file; its name gives nothing away."""

    def write(content: str | bytes, encoding: str = "utf-8", name: str = "upload") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[[Sequence[Sequence[Any]]], Path]:
    def write(rows: Sequence[Sequence[Any]]) -> Path:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("名單")
        for row in rows:
            sheet.append(list(row))
        path = tmp_path / "workbook"
        book.save(path)
        book.close()
        return path

    return write


@pytest.fixture
def repacked(tmp_path: Path) -> Callable[..., Path]:
    """Copy a workbook with some of its parts replaced or added."""

    def write(workbook: Path, parts: dict[str, bytes]) -> Path:
        buffer = io.BytesIO()
        with zipfile.ZipFile(workbook) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                if name not in parts:
                    new.writestr(name, old.read(name))
            for name, content in parts.items():
                new.writestr(name, content)
        path = tmp_path / "repacked"
        path.write_bytes(buffer.getvalue())
        return path

    return write


@pytest.fixture
def imported(tmp_path: Path) -> Callable[..., Imported]:
    """Import a file and return all that came of it."""

    def carry_out(
        path: Path,
        mapping: ImportMapping,
        *,
        import_id: str = "i1",
        at: datetime = AT,
        limits: Limits | None = None,
    ) -> Imported:
        rejects = tmp_path / "rejects.csv"
        job = ImportJob(path, mapping, ImportRun(1, import_id, at), rejects_path=rejects, limits=limits)
        items: list[dict[str, Any]] = []
        batches: list[int] = []

        def take(batch: Any) -> None:
            said = json.loads(batch.body)["batch"]
            assert len(said) == batch.items
            batches.append(batch.items)
            items.extend(said)

        report = run(job, take=take)
        assert report.rows_read == report.rows_taken + report.rows_refused
        text = rejects.read_text("utf-8-sig") if report.rejects_path else ""
        assert rejects.exists() == bool(report.rows_refused)
        return Imported(items, report, batches, text)

    return carry_out
