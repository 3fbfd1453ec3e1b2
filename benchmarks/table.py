"""What a benchmark found out, and how it is shown: on the screen and as Markdown."""

from collections.abc import Sequence

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table

HEADS = (
    "",
    "figure",
    "value",
    "target",
    "limit in the same run",
    "of the limit",
    "CPU per item",
    "peak memory",
)
_MICRO = 1e-6


class Figure(msgspec.Struct, frozen=True):
    """One row.

    Attributes:
        name: What was measured.
        value: The result in `unit`.
        limit: What the same machine does at best, in the same unit; None where there is no such thing.
        limit_is: What was done to find the limit.
        target: What we want, in the same unit; None where nothing is promised.
        less_is_better: True for times: the ratio is then limit / value.
        cpu_seconds: CPU time of one item in all of Tieline's processes, PostgreSQL included.
        peak_mib: Highest memory of these processes, shared pages counted once (PSS).
    """

    name: str
    value: float
    unit: str
    limit: float | None = None
    limit_is: str = ""
    target: float | None = None
    less_is_better: bool = False
    cpu_seconds: float | None = None
    peak_mib: float | None = None
    remarks: str = ""

    @property
    def ratio(self) -> float | None:
        """How near the limit is: 1.0 is there."""
        if not self.limit or not self.value:
            return None
        return self.limit / self.value if self.less_is_better else self.value / self.limit


def show(figures: Sequence[Figure], machine: str, console: Console) -> None:
    """Print one table, and below it what each limit is."""
    table = Table(*HEADS, title=machine, box=box.SIMPLE, title_justify="left")
    for column in table.columns[2:]:
        column.justify = "right"
    for number, figure in enumerate(figures, 1):
        table.add_row(*_cells(number, figure))
    console.print(table)
    for note in _notes(figures):
        console.print(note, highlight=False)


def markdown(figures: Sequence[Figure], machine: str) -> str:
    """Return the same as Markdown."""
    lines = [f"Measured on {machine}.", "", _line(HEADS), "|---:|---|---:|---:|---:|---:|---:|---:|"]
    lines += [_line(_cells(number, figure)) for number, figure in enumerate(figures, 1)]
    return "\n".join([*lines, "", *_notes(figures)]) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(number: int, figure: Figure) -> tuple[str, ...]:
    return (
        str(number),
        figure.name,
        f"{_digits(figure.value)} {figure.unit}",
        "" if figure.target is None else f"{_digits(figure.target)} {figure.unit}",
        "" if figure.limit is None else f"{_digits(figure.limit)} {figure.unit}",
        "" if figure.ratio is None else f"{figure.ratio:.0%}",
        "" if figure.cpu_seconds is None else f"{_digits(figure.cpu_seconds / _MICRO)} µs",
        "" if figure.peak_mib is None else f"{_digits(figure.peak_mib)} MiB",
    )


def _notes(figures: Sequence[Figure]) -> list[str]:
    told = (
        "; ".join(part for part in (figure.limit_is and f"limit: {figure.limit_is}", figure.remarks) if part)
        for figure in figures
    )
    return [f"{number}. {note}." for number, note in enumerate(told, 1) if note]


def _digits(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
