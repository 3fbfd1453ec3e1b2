"""Every setting: its name in the environment, its type, its default and what it means, in one table."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from tieline.errors import StartError


class Setting(NamedTuple):
    """One row of the table."""

    name: str
    type: type
    default: Any
    meaning: str


TABLE: tuple[Setting, ...] = (
    Setting("POSTGRES_URL", str, "", "PostgreSQL >= 15 to use instead of the embedded one."),
    Setting("CLICKHOUSE_URL", str, "", "ClickHouse >= 25.8 to use instead of the embedded one, over HTTP."),
    Setting("PUBLIC_URL", str, "http://127.0.0.1:8000", "Where people's phones reach this Tieline; tracked links and binding pages start with it."),
    Setting("LINE_API_URL", str, "https://api.line.me", "Address of the LINE platform, or of a simulator."),
    Setting("LINE_DATA_API_URL", str, "https://api-data.line.me", "Address for large LINE content."),
    Setting("LINE_ACCESS_URL", str, "https://access.line.me", "Address of LINE's log-in and account-link pages."),
    Setting("SECRET_FILE", str, "", "File with the 32-byte key that encrypts channel secrets; default: secret.key in the data folder."),
    Setting("ERASURE_LEDGER", str, "", "File that remembers erasures, as keyed hashes, for when a backup is restored; keep it out of the backups. Default: erasures.jsonl in the data folder."),
    Setting("SMS_FILE", str, "", "File to which one-time codes are written until an SMS provider is connected; default: standard error."),
    Setting("WEBHOOK_HOSTS", str, "", "Hosts, separated by spaces, that webhooks may call although they are private."),
    Setting("SPARK_MASTER", str, "", "Spark cluster that searches for suggestions, such as `local[4]`, `spark://host:7077` or `yarn`; needs tieline[spark] and Java 17. Default: DuckDB, on this machine."),
    Setting("SPARK_FOLDER", str, "", "Folder that every machine of the Spark cluster reaches, such as `hdfs://host/tieline`, for what a search keeps until it ends. Default: a temporary folder, for a cluster on this machine alone."),
    Setting("BODY_MAX_BYTES", int, 2_097_152, "Largest request body that collect accepts."),
    Setting("RATE_PER_SECOND", int, 5_000, "Requests per second one write key may make."),
    Setting("COMMIT_WAIT_MS", float, 3.0, "How long a request waits for others to share its commit."),
    Setting("BATCH_EVENTS", int, 5_000, "Most events in one stream transaction."),
    Setting("IDLE_MS", float, 20.0, "How long a loop rests when it finds nothing to do."),
    Setting("REFRESH_SECONDS", float, 60.0, "How often segments with relative time are computed afresh."),
    Setting("CLOCK_SPEED", float, 1.0, "Seconds of Tieline's time per real second; for demonstrations only."),
    Setting("CLOCK_ORIGIN", str, "", "ISO 8601 moment at which a faster clock starts; for demonstrations only."),
    Setting("CLOCK_EPOCH", str, "", "Real moment at which a faster clock showed its origin; for demonstrations only."),
    Setting("SUPERVISED", str, "", "Set by `serve` for the worker it starts: end when the parent ends."),
    Setting("PROCESSES", int, 2, "1: one process does everything. 2: collecting and the console apart from the stream."),
)  # fmt: skip


class Settings(msgspec.Struct, frozen=True):
    """The settings in force; see TABLE for what each means."""

    data: Path
    postgres_url: str
    clickhouse_url: str
    public_url: str
    line_api_url: str
    line_data_api_url: str
    line_access_url: str
    secret_file: str
    erasure_ledger: str
    sms_file: str
    webhook_hosts: str
    spark_master: str
    spark_folder: str
    body_max_bytes: int
    rate_per_second: int
    commit_wait_ms: float
    batch_events: int
    idle_ms: float
    refresh_seconds: float
    clock_speed: float
    clock_origin: str
    clock_epoch: str
    supervised: str
    processes: int


def load(data: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Raises:
        StartError: A value does not fit its type, or a name begins with TIELINE_ and is none of ours.
    """
    given = os.environ if environment is None else environment
    known = {f"TIELINE_{setting.name}": setting for setting in TABLE}
    for name in given:
        if name.startswith("TIELINE_") and name not in known:
            raise StartError(
                f"{name} is not a setting of Tieline.", way_out="`tieline settings` lists them all."
            )
    values: dict[str, Any] = {"data": data}
    for name, setting in known.items():
        raw = given.get(name)
        try:
            values[setting.name.lower()] = setting.default if raw is None else setting.type(raw)
        except ValueError:
            raise StartError(f"{name} is {raw!r}; it must be a {setting.type.__name__}.") from None
    return Settings(**values)
