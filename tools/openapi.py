"""Describe the HTTP API as it is: the contract that clients are generated from, the console's first of all."""

import json
from typing import Any, Self, cast

from tieline.api.routes import build


class _Absent:
    """Stands for every open connection: a description opens none."""

    def __getattr__(self, name: str) -> Self:
        if name.startswith("__"):
            raise AttributeError(name)
        return self


def contract() -> str:
    """Return what `GET /openapi.json` answers, in a form whose changes can be read."""
    absent = cast("Any", _Absent())
    described = build(absent, absent, absent, absent).openapi()
    return json.dumps(described, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    print(contract(), end="")
