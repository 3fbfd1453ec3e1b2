"""The commands of `tieline erasure`: what comes after a person was erased."""

from pathlib import Path
from typing import Annotated

import typer

from tieline.steward.commands import AsJson, Data, Workspace

erasure = typer.Typer(no_args_is_help=True, help="What comes after a person was erased: see `tieline erase`.")


@erasure.command("reapply")
def erasure_reapply(data: Data = Path("data"), workspace: Workspace = "main") -> None:
    """After a backup was restored: erase again everybody who has been erased since it was made."""
    from tieline.steward.desk import at_desk
    from tieline.steward.restore import reapply

    done = at_desk(data.resolve(), workspace, reapply)
    if not done.erasures:
        typer.echo("The database knows every erasure of the ledger.")
        return
    typer.echo(
        f"{done.erasures} erasures were not in the database. They are refused from now on, and {done.identifiers} identifiers "
        "that came back go once Tieline runs. How far it is: GET /api/erasures"
    )


@erasure.command("proof")
def erasure_proof(
    person: Annotated[str, typer.Argument(help="An identifier of the person: phone=0912345678.")],
    data: Data = Path("data"),
    workspace: Workspace = "main",
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Show what is kept of an erased person's consents: when, for what and how; never who."""
    import msgspec

    from tieline.steward.desk import at_desk
    from tieline.steward.restore import proofs

    found = at_desk(data.resolve(), workspace, lambda desk: proofs(desk, person))
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    for one in found:
        said = "agreed" if one["granted"] else "took back"
        typer.echo(
            f"{one['at']:%Y-%m-%d %H:%M} {said} {one['purpose']} on {one['channel']} by {one['method']}, notice "
            f"{one['notice_version'] or '-'}, told by {one['source']}; kept until {one['kept_until']:%Y-%m-%d}"
        )
    if not found:
        typer.echo("Nothing is kept under this identifier.")
