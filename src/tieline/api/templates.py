"""The gallery of templates: look at them, preview one in a language, make drafts from it."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Request

from tieline.api.broadcasts import who
from tieline.api.doors import Doors
from tieline.api.journeys import every_problem
from tieline.api.template_answers import MadeFromTemplate, TemplateDrafts, TemplateList, TemplateShown
from tieline.errors import ConflictError, InvalidInputError
from tieline.gallery.template import Template, drafts, template, templates
from tieline.store.postgres.journeys import PostgresJourneys
from tieline.store.postgres.segments import PostgresSegments

Json = Annotated[dict[str, Any], Body()]


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/templates."""
    routes = APIRouter(prefix="/api/templates", tags=["templates"])

    @routes.get("")
    async def every(request: Request) -> TemplateList:
        """List the templates, in all languages."""
        await doors.keys.workspace(request)
        return TemplateList(templates=[TemplateShown(**_listed(one)) for one in templates()])

    @routes.get("/{key}")
    async def preview(
        request: Request, key: str, language: str = "zh-TW", account: str = "main"
    ) -> TemplateDrafts:
        """Return a template with its definitions as they would be saved, in one language."""
        await doors.keys.workspace(request)
        chosen = template(key)
        made = drafts(chosen, language, account)
        return TemplateDrafts.model_validate(
            {**_listed(chosen), "language": language, **msgspec.to_builtins(made)}
        )

    @routes.post("/{key}/drafts", status_code=201)
    async def create(request: Request, key: str, body: Json) -> MadeFromTemplate:
        """Save a template's segments and its journeys as drafts: `{"language", "account"}`; nothing goes live by it.

        The answer says what has to be there before each journey can go live.
        """
        workspace_id = await doors.keys.workspace(request)
        account = body.get("account")
        if not isinstance(account, str) or not account:
            raise InvalidInputError("account must name the LINE account that sends.", field="/account")
        made = drafts(template(key), str(body.get("language", "zh-TW")), account)
        now = doors.clock.now()
        async with doors.pool.connection() as connection, connection.transaction():
            taken = await _taken(connection, workspace_id, made)
            if taken:
                raise ConflictError(
                    f"{', '.join(taken)} exists already.", way_out="Rename or delete what is there first."
                )
            segments = PostgresSegments(connection)
            for one in made.segments:
                await segments.put(workspace_id, one["key"], one["name"], one["condition"], who(request), now)
            journeys = PostgresJourneys(connection)
            problems = {}
            for definition in made.journeys:
                named = (definition["key"], definition["name"], definition)
                await journeys.put(workspace_id, *named, "draft", who(request), now)
                found = await every_problem(connection, workspace_id, definition)
                problems[definition["key"]] = [
                    {"field": one.field, "message": one.message, "way_out": one.way_out} for one in found
                ]
        return MadeFromTemplate.model_validate(
            {
                "segments": [one["key"] for one in made.segments],
                "journeys": [one["key"] for one in made.journeys],
                "problems": problems,
            }
        )

    return routes


async def _taken(connection: Any, workspace_id: int, made: Any) -> list[str]:
    cursor = await connection.execute(
        """
        select key from segment where workspace_id = %s and key = any(%s) and state <> 'deleted'
        union all select key from journey where workspace_id = %s and key = any(%s)
        """,
        (
            workspace_id,
            [one["key"] for one in made.segments],
            workspace_id,
            [one["key"] for one in made.journeys],
        ),
    )
    return sorted(str(key) for (key,) in await cursor.fetchall())


def _listed(one: Template) -> dict[str, Any]:
    return {
        "key": one.key,
        "industry": one.industry,
        "name": one.name,
        "about": one.about,
        "goal": one.goal,
        "needs": one.needs,
        "caution": one.caution,
        "segments": [segment.key for segment in one.segments],
        "journeys": [journey["key"] for journey in one.journeys],
    }
