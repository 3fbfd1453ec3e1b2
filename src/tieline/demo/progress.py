"""What the person at the terminal sees while it runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)


class Show:
    """Progress bars, one for each chapter."""

    def __init__(self, console: Console) -> None:
        self._bars = Progress(
            SpinnerColumn(finished_text="[green]✓[/green]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    @contextmanager
    def chapter(self, title: str, total: int = 1) -> Iterator[Callable[[int], None]]:
        """Show one bar; the function yielded advances it, and it is full when the chapter ends."""
        task = self._bars.add_task(title, total=total)
        yield lambda done: self._bars.advance(task, done)
        self._bars.update(task, completed=total)
