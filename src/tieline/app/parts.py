"""What the settings choose: the clock, the keeper of secrets, the engine of history."""

from datetime import datetime
from pathlib import Path

from tieline.channel.line.secrets import Vault, load_key
from tieline.clock import Clock, SystemClock
from tieline.settings import Settings
from tieline.store.clickhouse.engine import ClickHouse, open_embedded, open_remote


def clock(settings: Settings) -> Clock:
    """Return the clock that the settings ask for."""
    if not settings.clock_origin:
        return SystemClock()
    return SystemClock(
        settings.clock_speed,
        datetime.fromisoformat(settings.clock_origin),
        datetime.fromisoformat(settings.clock_epoch),
    )


def vault(settings: Settings) -> Vault:
    """Return what opens channel secrets; its key is made once and kept beside the data, readable by its owner."""
    return Vault(
        load_key(Path(settings.secret_file) if settings.secret_file else settings.data / "secret.key")
    )


def open_clickhouse(settings: Settings) -> ClickHouse:
    """Open the ClickHouse that the settings ask for."""
    if settings.clickhouse_url:
        return open_remote(settings.clickhouse_url)
    return open_embedded(settings.data / "clickhouse")


def history_socket(settings: Settings) -> Path:
    """Where the process that owns history answers questions."""
    return settings.data / "history.sock"
