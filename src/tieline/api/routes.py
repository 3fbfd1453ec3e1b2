"""Every route of Tieline, in one list."""

from importlib.resources import files

from fastapi import FastAPI
from starlette.responses import Response

from tieline.api import (
    accounts,
    attribution,
    audiences,
    auto_replies,
    bind,
    bind_login,
    broadcast_acts,
    broadcast_report,
    broadcasts,
    channels,
    cohorts,
    collect,
    conflicts,
    console,
    cost,
    cost_reports,
    destinations,
    doctor,
    erasure,
    golden,
    graph,
    health,
    identity,
    identity_rules,
    imports,
    join_sources,
    journey_people,
    journey_rehearsal,
    journeys,
    liff_page,
    line,
    line_check,
    line_coupons,
    line_login,
    line_proxy,
    links,
    menus,
    message_trials,
    messages,
    narrowcasts,
    open_sql,
    predictions,
    problem,
    profiles,
    report,
    retractions,
    rooms,
    segment_counts,
    segment_life,
    segment_list,
    segment_questions,
    segments,
    sending,
    sharing,
    shelf,
    sources,
    suggestions,
    tag_changes,
    tags,
    templates,
    traits,
    unsubscribe,
)
from tieline.api.doors import Doors
from tieline.api.guard import Guard
from tieline.channel.line.login import LineLogin
from tieline.channel.line.secrets import Vault
from tieline.ports import Sms


def build(doors: Doors, vault: Vault, login_channel: LineLogin, sms: Sms) -> FastAPI:
    """Return the application."""
    app = FastAPI(title="Tieline", version="0.1.0", docs_url="/docs", redoc_url=None)
    problem.install(app)
    app.add_middleware(Guard, callers=doors.callers)
    # First what is called a thousand times a second: routes are tried one after the other.
    app.include_router(collect.router(doors.commit, doors.keys, doors.clock, doors.settings.body_max_bytes))
    app.include_router(line.router(doors, vault))
    rooms.include(app, doors)
    app.include_router(bind.router(doors, sms))
    app.include_router(bind_login.router(doors, vault, login_channel, sms))
    app.include_router(liff_page.router(doors))
    app.include_router(links.router(doors))
    app.include_router(line_proxy.router(doors))
    app.include_router(join_sources.door(doors))
    app.include_router(health.router(doors))
    app.include_router(profiles.router(doors))
    for group in (doctor, erasure, graph, identity_rules, retractions, conflicts, identity):
        app.include_router(group.router(doors))
    app.include_router(segment_list.router(doors))
    app.include_router(segment_counts.router(doors))
    app.include_router(destinations.router(doors, vault))
    app.include_router(segment_questions.router(doors))
    for group in (segment_life, tag_changes, tags, golden, attribution, predictions, traits):
        app.include_router(group.router(doors))
    app.include_router(suggestions.router(doors))
    app.include_router(segments.router(doors))
    app.include_router(journey_rehearsal.router(doors))
    app.include_router(journey_people.router(doors))
    app.include_router(journey_people.hooks(doors))
    app.include_router(journeys.router(doors))
    app.include_router(sending.router(doors))
    app.include_router(templates.router(doors))
    app.include_router(broadcasts.router(doors))
    app.include_router(message_trials.router(doors))
    app.include_router(messages.router(doors))
    app.include_router(cost.router(doors))
    app.include_router(cohorts.router(doors))
    app.include_router(cost_reports.router(doors))
    app.include_router(broadcast_acts.router(doors))
    app.include_router(broadcast_report.router(doors))
    app.include_router(sources.router(doors))
    app.include_router(accounts.router(doors, vault))
    _of_accounts(app, doors, vault, login_channel)
    _beside_line(app, doors, vault)
    app.include_router(shelf.router(doors))
    app.include_router(report.router(doors))
    app.include_router(open_sql.router(doors))
    app.include_router(imports.router(doors))
    snippet = files("tieline.api") / "static" / "tieline.js"

    @app.get("/tieline.js", include_in_schema=False)
    async def tieline_js() -> Response:
        """Serve the browser snippet."""
        return Response(
            snippet.read_bytes(),
            media_type="text/javascript",
            headers={"Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*"},
        )

    console.install(app, doors.ids)
    return app


def _beside_line(app: FastAPI, doors: Doors, vault: Vault) -> None:
    """Include answers, and channels other than LINE."""
    app.include_router(auto_replies.router(doors))
    app.include_router(unsubscribe.router(doors))
    app.include_router(channels.router(doors, vault))


def _of_accounts(app: FastAPI, doors: Doors, vault: Vault, login: LineLogin) -> None:
    """Include what belongs to one LINE account."""
    app.include_router(menus.router(doors))
    app.include_router(line_check.router(doors, vault, login))
    app.include_router(line_coupons.router(doors))
    app.include_router(sharing.router(doors))
    app.include_router(audiences.router(doors))
    app.include_router(narrowcasts.router(doors))
    app.include_router(join_sources.router(doors))
    app.include_router(line_login.router(doors, vault))
