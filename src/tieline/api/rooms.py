"""The routes that the console is made of: its door, its people, its settings, what it watches."""

from fastapi import FastAPI

from tieline.access.password import Passwords
from tieline.api import (
    api_keys,
    audit,
    debugger,
    exports,
    home,
    inbox,
    login,
    members,
    people,
    quality,
    timeline,
    workspace,
)
from tieline.api.doors import Doors


def include(app: FastAPI, doors: Doors) -> None:
    """Add them to the application."""
    passwords = Passwords()
    app.include_router(login.router(doors, doors.callers, passwords))
    app.include_router(members.router(doors, passwords))
    for room in (
        api_keys,
        audit,
        debugger,
        exports,
        home,
        inbox,
        people,
        quality,
        timeline,
        workspace,
    ):
        app.include_router(room.router(doors))
