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
identity = typer.Typer(no_args_is_help=True, help="Who is who.")


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
) -> None:
    """Try the identity rules on a file of facts: one line per person, whatever the order of the file."""
    from tieline.identify.replay import people_in

    with facts.open("rb") as lines:
        found = people_in(lines, key.encode(), region)
    for person in found.people:
        if as_json:
            told = {"profile_id": person.profile_id, "identifiers": person.identifiers}
            typer.echo(json.dumps(told, ensure_ascii=False))
        else:
            names = ", ".join(f"{namespace} {value}" for namespace, value in person.identifiers)
            typer.echo(f"{person.profile_id}  {names}")
    for refused in found.refused:
        typer.echo(f"Row {refused.row}: {refused.reason}", err=True)
    rows = len(found.refused)
    typer.echo(f"{len(found.people)} people; {rows} row{'' if rows == 1 else 's'} refused.", err=True)
