"""`tieline erase` and the commands of `tieline identity`."""

import json
from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path, typer.Option("--data", help="Folder that holds everything Tieline stores.")]
Workspace = Annotated[str, typer.Option("--workspace", help="Key of the workspace.")]
Author = Annotated[str, typer.Option("--author", help="Who decides.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept.")]
AsJson = Annotated[bool, typer.Option("--json/--no-json", help="Print one line of JSON for programs.")]
Preview = Annotated[bool, typer.Option("--preview", help="Only say what would change.")]
identity = typer.Typer(no_args_is_help=True, help="Who is who.")
rules = typer.Typer(no_args_is_help=True, help="The rules of who is who.")
identity.add_typer(rules, name="rules")
File = Annotated[Path, typer.Argument(help="A file of rules; `show` prints the one that holds.")]
Version = Annotated[int, typer.Argument(help="As `set` printed it.")]


def erase(
    person: Annotated[str, typer.Argument(help="A profile id, or an identifier: phone=0912345678.")],
    author: Author,
    reason: Reason,
    data: Data = Path("data"),
    workspace: Workspace = "main",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Erase a person for good, everywhere. This cannot be taken back."""
    from tieline.steward.desk import at_desk
    from tieline.steward.erase import ask

    if not yes:
        typer.confirm("Erase this person for good? This cannot be taken back.", abort=True)
    erasure_id = at_desk(data.resolve(), workspace, lambda desk: ask(desk, person, author, reason))
    typer.echo(f"{erasure_id}: carried out while Tieline runs. How far it is: GET /api/erasures/{erasure_id}")


@identity.command("replay")
def identity_replay(
    facts: Annotated[Path, typer.Argument(help="JSON lines; see docs/facts-file.md.")],
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
    region: Annotated[str, typer.Option(help="Country of phone numbers that do not say theirs.")] = "TW",
    key: Annotated[str, typer.Option(help="Names the profiles; other keys, other ids.")] = "replay",
    rules_file: Annotated[
        Path | None, typer.Option("--rules", help="A file of rules; without it the shipped ones hold.")
    ] = None,
) -> None:
    """Try the identity rules on a file of facts: one line per person, whatever the order of the file."""
    from rich.console import Console
    from rich.progress import Progress

    from tieline.identify.replay import people_in
    from tieline.identify.rule_file import parse
    from tieline.identify.rules import RULES

    held = RULES if rules_file is None else parse(_text(rules_file), region).rules
    _text(facts, look=True)
    with (
        Progress(console=Console(stderr=True), transient=True) as bar,
        bar.open(facts, "rb", description=facts.name) as lines,
    ):
        found = people_in(lines, key.encode(), region, held)
    for person in found.people:
        if as_json:
            told = {"profile_id": person.profile_id, "identifiers": person.identifiers}
            typer.echo(json.dumps(told, ensure_ascii=False))
        else:
            names = ", ".join(f"{namespace} {value}" for namespace, value in person.identifiers)
            typer.echo(f"{person.profile_id}  {names}")
    for refused in sorted((*found.refused, *found.partly)):
        typer.echo(f"Row {refused.row}: {refused.reason}", err=True)
    said = [
        _counted(len(found.people), "person", "people"),
        _counted(len(found.refused), "row", "rows") + " refused",
    ]
    if found.partly:
        said.append(_counted(len(found.partly), "row", "rows") + " taken in part")
    typer.echo(f"{', '.join(said)}.", err=True)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


@identity.command("explain")
def identity_explain(
    person: Annotated[str, typer.Argument(help="A profile id, or an identifier: phone=0912345678.")],
    data: Data = Path("data"),
    workspace: Workspace = "main",
    language: Annotated[str, typer.Option(help="zh-TW or en.")] = "zh-TW",
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Say who somebody is, what links them, and why other links join nobody and what would change that."""
    import msgspec

    from tieline.steward.desk import at_desk
    from tieline.steward.people import explain, told

    found = at_desk(data.resolve(), workspace, lambda desk: explain(desk, person))
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    for line in told(found, language):
        typer.echo(line)


@identity.command("doctor")
def identity_doctor(
    data: Data = Path("data"),
    workspace: Workspace = "main",
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Show what many share, the largest zones, why links join nobody, and limits that are reached; masked."""
    import msgspec

    from tieline.steward.desk import at_desk
    from tieline.steward.people import doctor

    found = at_desk(data.resolve(), workspace, doctor)
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    for name, rows in found.items():
        if isinstance(rows, list):
            typer.echo(f"{name}:")
            for row in rows:
                typer.echo("   " + ", ".join(f"{key} {value}" for key, value in row.items()))


@identity.command("suggest")
def identity_suggest(data: Data = Path("data"), workspace: Workspace = "main") -> None:
    """Search for people who may be one; suggestions wait in the console for a person's word."""
    from tieline.steward.desk import at_desk
    from tieline.steward.people import suggest

    found = at_desk(data.resolve(), workspace, suggest)
    typer.echo(
        f"{found['profiles']} profiles: {found['suggestions']} suggestions, {found['households']} households kept apart."
    )


@identity.command("retract")
def identity_retract(
    source: Annotated[str, typer.Argument(help="Key of a source, as Settings shows it.")],
    author: Author = "",
    reason: Reason = "",
    data: Data = Path("data"),
    workspace: Workspace = "main",
    preview: Preview = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Let what a whole source said about who is who until now count for nothing; `restore` takes that back."""
    from tieline.steward import retract
    from tieline.steward.desk import at_desk

    if preview:
        for line in retract.lines(
            at_desk(data.resolve(), workspace, lambda desk: retract.preview(desk, source), snapshot=True)
        ):
            typer.echo(line)
        return
    at_desk(data.resolve(), workspace, lambda desk: retract.retract(desk, source, author, reason))
    typer.echo(f"{source}: carried out while Tieline runs. List: tieline identity retractions")


@identity.command("restore")
def identity_restore(
    retraction: Annotated[int, typer.Argument(help="As `retractions` lists it.")],
    author: Author = "",
    reason: Reason = "",
    data: Data = Path("data"),
    workspace: Workspace = "main",
    preview: Preview = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Give a source its word back: everything is as if it had never been retracted."""
    from tieline.steward import retract
    from tieline.steward.desk import at_desk

    if preview:
        for line in retract.lines(
            at_desk(
                data.resolve(), workspace, lambda desk: retract.preview(desk, "", retraction), snapshot=True
            )
        ):
            typer.echo(line)
        return
    at_desk(data.resolve(), workspace, lambda desk: retract.restore(desk, retraction, author, reason))
    typer.echo(f"Retraction {retraction}: taken back while Tieline runs.")


@identity.command("retractions")
def identity_retractions(data: Data = Path("data"), workspace: Workspace = "main") -> None:
    """List the sources that were retracted, newest first."""
    from tieline.steward import retract
    from tieline.steward.desk import at_desk

    for one in at_desk(data.resolve(), workspace, retract.listed):
        gone = (
            ""
            if one["revoked_at"] is None
            else f"; given back {one['revoked_at']:%Y-%m-%d} by {one['revoked_by']}"
        )
        typer.echo(
            f"{one['id']}  {one['source']}  {one['at']:%Y-%m-%d} {one['author']}: {one['reason']}{gone}"
        )


@rules.command("show")
def rules_show(data: Data = Path("data"), workspace: Workspace = "main") -> None:
    """Print the file of rules that holds."""
    from tieline.steward.desk import at_desk
    from tieline.steward.rules import shown

    typer.echo(at_desk(data.resolve(), workspace, shown), nl=False)


@rules.command("check")
def rules_check(
    file: File,
    region: Annotated[str, typer.Option(help="Country of phone numbers that do not say theirs.")] = "TW",
) -> None:
    """Say what is wrong with a file of rules, line by line; needs no data folder."""
    from tieline.identify.rule_file import check

    _, problems = check(_text(file), region)
    for one in problems:
        typer.echo(f"{file}:{one.line}: {one.sentence}", err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo("The file can be used.")


@rules.command("set")
def rules_set(
    file: File, author: Author, reason: Reason, data: Data = Path("data"), workspace: Workspace = "main"
) -> None:
    """Change the rules: they are computed apart first, and hold once that is done and nothing speaks against it."""
    from tieline.steward.desk import at_desk
    from tieline.steward.rules import ask

    text = _text(file)
    version = at_desk(data.resolve(), workspace, lambda desk: ask(desk, text, author, reason))
    typer.echo(f"Version {version} is computed while Tieline runs: tieline identity rules status {version}")


@rules.command("status")
def rules_status(version: Version, data: Data = Path("data"), workspace: Workspace = "main") -> None:
    """Say how far a change of rules is and what it changes."""
    from tieline.steward.desk import at_desk
    from tieline.steward.rules import reported, stands

    found = at_desk(data.resolve(), workspace, lambda desk: stands(desk, version))
    typer.echo(f"Version {version}: {found['state']}, {found['progress']:.0%} computed.")
    for line in reported(found["report"] or {}):
        typer.echo(f"  {line}")
    if found["state"] == "held":
        typer.echo(f"It merges more than {found['merges_percent']}% of all people. confirm or refuse it.")


@rules.command("confirm")
def rules_confirm(
    version: Version, author: Author, data: Data = Path("data"), workspace: Workspace = "main"
) -> None:
    """Let a change hold that waits for a word because it would merge many."""
    _word(version, "confirm", author, data, workspace)


@rules.command("refuse")
def rules_refuse(
    version: Version, author: Author, data: Data = Path("data"), workspace: Workspace = "main"
) -> None:
    """Give a change up that does not hold yet."""
    _word(version, "refuse", author, data, workspace)


def _word(version: int, word: str, author: str, data: Path, workspace: str) -> None:
    from tieline.steward.desk import at_desk
    from tieline.steward.rules import say

    at_desk(data.resolve(), workspace, lambda desk: say(desk, version, word, author))
    typer.echo(f"Version {version}: {word}ed." if word == "confirm" else f"Version {version}: refused.")


@identity.command("rebuild")
def identity_rebuild(
    data: Data = Path("data"),
    workspace: Workspace = "main",
    check: Annotated[bool, typer.Option("--check", help="Exit with 1 if anything differs.")] = False,  # noqa: FBT002 - a flag of the command line
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Decide everything anew and compare it with what is stored: the nightly audit. Nothing is changed."""
    import msgspec
    from rich.console import Console
    from rich.progress import Progress

    from tieline.steward.desk import at_desk
    from tieline.steward.rules import audit

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("rebuild", total=1.0)
        found = at_desk(
            data.resolve(),
            workspace,
            lambda desk: audit(desk, lambda fraction: bar.update(task, completed=fraction)),
            snapshot=True,
        )
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
    else:
        same = "the same" if not found.differ else f"{found.differ} stand elsewhere than they should"
        typer.echo(
            f"{found.identifiers} identifiers, {found.links} links, {found.replayed} chosen by rules: {same}."
        )
        for name in found.examples:
            typer.echo(f"  {name}")
    if check and found.differ:
        raise typer.Exit(1)


def _text(file: Path, *, look: bool = False) -> str:
    """Return a file as text; `look`: only say whether it is there."""
    from tieline.errors import InvalidInputError

    try:
        with file.open("rb") as opened:
            return "" if look else opened.read().decode("utf-8-sig")
    except OSError:
        raise InvalidInputError(f"There is no file {file}.", way_out="Check its name.") from None
    except UnicodeDecodeError:
        raise InvalidInputError(f"{file} is not UTF-8.", way_out="Save it as UTF-8.") from None
