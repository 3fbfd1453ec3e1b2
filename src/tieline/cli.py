"""The `tieline` command."""

import asyncio
import contextlib
import json
import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console

from tieline.errors import TielineError
from tieline.steward.commands import erase, identity
from tieline.steward.erasure_commands import erasure

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A LINE-centric customer data platform.",
)
Data = Annotated[Path, typer.Option("--data", help="Folder that holds everything Tieline stores.")]
Once = Annotated[bool, typer.Option("--once", help="Check the facts, print them as JSON and end.")]
AsJson = Annotated[bool, typer.Option("--json/--no-json", help="Print one line of JSON for programs.")]
app.add_typer(identity, name="identity")
app.command()(erase)
app.add_typer(erasure, name="erasure")
console = Console()


@app.command()
def init(
    data: Data = Path("data"),
    workspace: Annotated[str, typer.Option(help="Key of the first workspace.")] = "main",
    name: Annotated[str, typer.Option(help="Its name.")] = "我的品牌",
    time_zone: Annotated[str, typer.Option(help="IANA name of its time zone.")] = "Asia/Taipei",
    admin_email: Annotated[str, typer.Option(help="Who may log in first.")] = "admin@localhost",
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Create a workspace with its keys; they are shown once."""
    from tieline.setup import create_workspace

    made = create_workspace(data.resolve(), workspace, name, time_zone, admin_email)
    if as_json:
        typer.echo(json.dumps(made))
        return
    console.print("[bold]Keep these; they are shown once.[/bold]")
    for label, value in made.items():
        console.print(f"  {label:15} {value}", highlight=False)


@app.command()
def serve(
    data: Data = Path("data"),
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Run everything: collect, the stream, journeys, delivery and the API."""
    from tieline.serve import serve as run

    run(data.resolve(), host, port)


@app.command(hidden=True)
def work(data: Data = Path("data")) -> None:
    """Run the stream, journeys and delivery; `serve` starts this beside itself."""
    from tieline.serve import work as run

    run(data.resolve())


@app.command("simulate-line")
def simulate_line(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8001,
    seed: Annotated[int, typer.Option(help="Seed of the virtual friends.")] = 1,
) -> None:
    """Run a service that behaves like the LINE platform."""
    from tieline.simulator.run import main as run

    run(port=port, seed=seed)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV, Excel or Parquet.")],
    mapping: Annotated[Path, typer.Option(help="JSON that says what the columns mean.")],
    data: Data = Path("data"),
    workspace: Annotated[str, typer.Option(help="Key of the workspace.")] = "main",
    rejects: Annotated[
        Path | None, typer.Option(help="Where refused rows go; default: beside the file.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would become of it.")] = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Import customers, orders, events or a catalogue from a file."""
    from rich.progress import Progress

    from tieline.imports import import_file

    to = rejects or file.with_name(f"{file.stem}-refused.csv")
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(file.name, total=1.0)
        carried = import_file(
            data.resolve(),
            workspace,
            file,
            mapping,
            to,
            dry_run=dry_run,
            on_progress=lambda fraction: bar.update(task, completed=fraction),
        )
    for line in carried.lines():
        typer.echo(line)


@app.command("import-undo")
def import_undo(
    import_id: Annotated[str, typer.Argument(help="As `import` printed it.")], data: Data = Path("data")
) -> None:
    """Take back everything that one import said."""
    from tieline.imports import undo_import

    done = undo_import(data.resolve(), import_id) == "undone"
    typer.echo(
        "It is taken back." if done else "It will be taken back as soon as Tieline runs and comes to it."
    )


@app.command("import-suggest")
def import_suggest(
    file: Annotated[Path, typer.Argument(help="CSV, Excel or Parquet.")],
    source: Annotated[str, typer.Option(help="Key of the system the file comes from.")] = "import",
    line_provider: Annotated[
        str, typer.Option(help="LINE provider id, if a column holds LINE user ids.")
    ] = "",
) -> None:
    """Print a first guess at a mapping; check it before you use it."""
    from tieline.imports import suggest_mapping

    typer.echo(suggest_mapping(file, source, line_provider))


@app.command()
def demo(
    once: Once = False,  # noqa: FBT002 - a flag of the command line
    data: Annotated[
        Path | None, typer.Option(help="Folder to keep; without it a temporary one is used.")
    ] = None,
) -> None:
    """Watch three brands run on real purchases, and check what comes out."""
    from tieline.demo.run import main as play

    sys.exit(play(once=once, data=data))


@app.command()
def stop(data: Data = Path("data")) -> None:
    """Stop the embedded PostgreSQL that a killed `serve` left running."""
    from tieline.store.postgres.engine import stop_embedded

    stop_embedded(data.resolve() / "postgres")


@app.command()
def settings() -> None:
    """List every setting with its default and meaning."""
    from tieline.settings import TABLE

    for row in TABLE:
        console.print(
            f"[bold]TIELINE_{row.name}[/bold] ({row.type.__name__}, default {row.default!r})\n  {row.meaning}"
        )


def main() -> None:
    """Run the command; a deliberate error is one sentence and a non-zero exit."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        ended = app(standalone_mode=False)
        if isinstance(
            ended, int
        ):  # a command that said how it ended: Click returns that instead of raising it
            sys.exit(ended)
    except typer.Exit as error:
        sys.exit(error.exit_code)
    except typer.Abort:
        sys.exit(130)
    except TielineError as error:
        sys.stderr.write(f"tieline: {error}\n")
        sys.exit(1)
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(130)
    except Exception as error:
        with contextlib.suppress(ImportError):
            import click

            if isinstance(error, click.ClickException):
                error.show()
                sys.exit(error.exit_code)
        raise


if __name__ == "__main__":
    main()
