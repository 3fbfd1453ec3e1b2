"""Known models of customers as classes of a computed trait, from thresholds that a brand can change. Pure.

NES: the classes of recency in units of the own purchase cycle (N new, E0 within one, S1 within two, S2 within three,
S3 beyond). NAPL: new, active, potential to lose, lost, of those who bought within twelve months, divided at three
cycles. RFM: recency, frequency and money in five steps each.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tieline.condition.place import quote
from tieline.errors import InvalidInputError

CYCLES_MAX, DAYS_MAX = 100, 3650
STEPS = 5


class Model(NamedTuple):
    """One known model.

    Attributes:
        name: What the console calls it.
        thresholds: Their defaults.
        build: Returns the definition of each computed trait, by the end of its key.
    """

    name: str
    thresholds: Mapping[str, Any]
    build: Callable[[Mapping[str, Any]], dict[str, Any]]


def definitions(model: str, said: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the thresholds in force, and the definition of each computed trait by its key.

    Args:
        model: A key of `MODELS`.
        said: Thresholds that differ from the defaults.

    Raises:
        InvalidInputError: There is no such model or threshold, or its value is out of order.
    """
    if model not in MODELS:
        raise InvalidInputError(
            f"There is no model {quote(model)}.", field="/model", way_out=f"Use {', '.join(MODELS)}."
        )
    known = MODELS[model]
    for name, value in said.items():
        if name not in known.thresholds:
            raise InvalidInputError(
                f"{model} has no threshold {quote(name)}.",
                field=f"/thresholds/{name}",
                way_out=f"Use {', '.join(known.thresholds)}.",
            )
        _check(name, value, known.thresholds[name])
    thresholds = {**known.thresholds, **said}
    return thresholds, {f"{model}{end}": definition for end, definition in known.build(thresholds).items()}


def _nes(of: Mapping[str, Any]) -> dict[str, Any]:
    bought = {"event": of["event"]}
    cycles = {**bought, "measure": {"fn": "cycles_since_last", "otherwise_days": of["cycle_days"]}}
    ends = [of["active_cycles"], of["drowsy_cycles"], of["half_asleep_cycles"]]
    if sorted(set(ends)) != ends:
        raise InvalidInputError("The cycles of NES do not rise.", field="/thresholds", way_out="Use 1, 2, 3.")
    once = [
        {**bought, "op": "eq", "value": 1},
        {**bought, "measure": {"fn": "days_since_first"}, "op": "lte", "value": of["new_days"]},
    ]
    stages = [
        {"label": label, "condition": {**cycles, "op": "lte", "value": end}}
        for label, end in zip(("E0", "S1", "S2"), ends, strict=True)
    ]
    return {
        "": {
            "classes": [
                {"label": "N", "condition": {"all": once}},
                *stages,
                {"label": "S3", "condition": bought},
            ]
        }
    }


def _napl(of: Mapping[str, Any]) -> dict[str, Any]:
    bought = {"event": of["event"]}
    recent = {**bought, "window": {"last": f"P{of['window_days']}D"}}
    awake = {
        **bought,
        "measure": {"fn": "cycles_since_last", "otherwise_days": of["cycle_days"]},
        "op": "lte",
        "value": of["asleep_cycles"],
    }
    fresh = {**bought, "measure": {"fn": "days_since_first"}, "op": "lte", "value": of["new_days"]}
    return {
        "": {
            "classes": [
                {"label": "N", "condition": {"all": [awake, fresh]}},
                {"label": "A", "condition": {"all": [awake, recent]}},
                {"label": "P", "condition": recent},
                {"label": "L", "condition": bought},
            ]
        }
    }


def _rfm(of: Mapping[str, Any]) -> dict[str, Any]:
    within = {"event": of["event"], "window": {"last": f"P{of['window_days']}D"}}
    counted = {**within}
    spent = {**within, "measure": {"fn": "sum", "property": of["money"]}}
    ago = {**within, "measure": {"fn": "days_since_last"}}
    return {
        "_r": _steps(ago, "lte", of["recency_days"]),
        "_f": _steps(counted, "gte", of["frequency"]),
        "_m": _steps(spent, "gte", of["money_from"]),
    }


def _steps(measured: Mapping[str, Any], op: str, ends: list[Any]) -> dict[str, Any]:
    """Return five classes, the best first; who did nothing in the window has none."""
    best = [
        {"label": str(STEPS - at), "condition": {**measured, "op": op, "value": end}}
        for at, end in enumerate(ends)
    ]
    any_at_all = {name: value for name, value in measured.items() if name != "measure"}
    return {"classes": [*best, {"label": "1", "condition": any_at_all}]}


def _check(name: str, value: Any, default: Any) -> None:
    field = f"/thresholds/{name}"
    if isinstance(default, str):
        if not isinstance(value, str) or not value:
            raise InvalidInputError(
                f"The threshold {name} is {quote(value)}.", field=field, way_out="Write a name."
            )
    elif isinstance(default, list):
        rises = name != "recency_days"
        if (
            not isinstance(value, list)
            or len(value) != len(default)
            or not all(_is_number(one) and one > 0 for one in value)
            or sorted(set(value), reverse=rises) != value
        ):
            raise InvalidInputError(
                f"The threshold {name} is {quote(value)}.",
                field=field,
                way_out=f"Write {len(default)} numbers, the best step first, like {default}.",
            )
    elif not _is_number(value) or not 0 < value <= (CYCLES_MAX if name.endswith("cycles") else DAYS_MAX):
        raise InvalidInputError(
            f"The threshold {name} is {quote(value)}.", field=field, way_out=f"Use a number like {default}."
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


MODELS: Mapping[str, Model] = {
    "nes": Model(
        "NES",
        {
            "event": "Order Completed",
            "cycle_days": 45,
            "new_days": 45,
            "active_cycles": 1,
            "drowsy_cycles": 2,
            "half_asleep_cycles": 3,
        },
        _nes,
    ),
    "napl": Model(
        "NAPL",
        {
            "event": "Order Completed",
            "cycle_days": 45,
            "new_days": 90,
            "asleep_cycles": 3,
            "window_days": 365,
        },
        _napl,
    ),
    "rfm": Model(
        "RFM",
        {
            "event": "Order Completed",
            "money": "total",
            "window_days": 365,
            "recency_days": [14, 30, 90, 180],
            "frequency": [12, 6, 3, 2],
            "money_from": [20000, 8000, 3000, 1000],
        },
        _rfm,
    ),
}
CYCLED = frozenset({"nes", "napl"})
"""Models that use the purchase cycle of everybody for those who have none of their own."""
