"""Score pairs with Splink, on the engine that was chosen. Splink is imported only when asked."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from tieline.suggest.blocks import block_columns, keyed
from tieline.suggest.choose import Evidence, Pair
from tieline.suggest.engine import DUCKDB, Engine, opened
from tieline.suggest.plan import Field, Plan

PROBABILITY_MAX = 0.2
_WRITTEN_FOR = "duckdb"
COUNTED_LEAST = 200
"""Fewer records say nothing of how rare a value is: two that agree would make it frequent, and so count against them."""


def score(tables: Sequence[pa.Table], plan: Plan, least: float, engine: Engine = DUCKDB) -> list[Pair]:
    """Return the pairs with a probability of at least `least`.

    Args:
        tables: One table to find doubles in, or two to find the partners between them.
        plan: What is compared.
        least: 0.0 to 1.0.
        engine: Where pairs are compared.
    """
    if min(map(len, tables)) == 0 or sum(map(len, tables)) < 2:
        return []
    names = ["unique_id", *plan.columns, *block_columns(plan)]
    with opened(engine) as register:
        frames = [
            register(table.select(names), f"t{number}") for number, table in enumerate(keyed(tables, plan))
        ]
        return [_pair(one, plan) for one in _scored(frames, _settings(tables, plan), plan, least)]


def _scored(frames: Sequence[Any], settings: Any, plan: Plan, least: float) -> Sequence[Mapping[str, Any]]:
    from splink import Linker

    linker = Linker(frames if len(frames) > 1 else frames[0], settings, log_level=logging.ERROR)
    if plan.trained:
        _train(linker, plan)
    found: Sequence[Mapping[str, Any]] = linker.inference.predict(
        threshold_match_probability=least
    ).as_record_list()
    return found


def _settings(tables: Sequence[pa.Table], plan: Plan) -> Any:
    from splink import SettingsCreator
    from splink.blocking_rule_library import block_on

    among, counted = max(map(len, tables)), sum(map(len, tables)) >= COUNTED_LEAST
    return SettingsCreator(
        link_type="dedupe_only" if len(tables) == 1 else "link_only",
        comparisons=[_comparison(field, counted=counted) for field in plan.fields],
        blocking_rules_to_generate_predictions=[block_on(name) for name in block_columns(plan)],
        probability_two_random_records_match=min(PROBABILITY_MAX, plan.twins_per_record * 2 / among),
        retain_matching_columns=True,
        retain_intermediate_calculation_columns=True,
    )


def _comparison(field: Field, *, counted: bool) -> Any:
    from splink import comparison_level_library as levels
    from splink import comparison_library as comparisons

    unknown = levels.CustomLevel(
        f'"{field.column}_l" is null or "{field.column}_r" is null', "not known", _WRITTEN_FOR
    )
    made: list[Any] = [unknown.configure(is_null_level=True)]
    for level in field.levels:
        one: Any = levels.CustomLevel(level.sql, level.label, _WRITTEN_FOR)
        if level.frequency and counted:
            one = one.configure(tf_adjustment_column=level.frequency, disable_tf_exact_match_detection=True)
        made.append(one.configure(m_probability=level.m, u_probability=level.u))
    m, u = field.otherwise
    made.append(levels.ElseLevel().configure(m_probability=m, u_probability=u))
    return comparisons.CustomComparison(made, output_column_name=field.name)


def _train(linker: Any, plan: Plan) -> None:
    from splink.blocking_rule_library import block_on

    linker.training.estimate_u_using_random_sampling(max_pairs=1_000_000, seed=1)
    for columns in plan.trained:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns))


def _pair(one: Mapping[str, Any], plan: Plan) -> Pair:
    evidence = tuple(_evidence(one, field) for field in plan.fields if one[f"gamma_{field.name}"] >= 0)
    a, b = one["unique_id_l"], one["unique_id_r"]
    return Pair(str(a), str(b), float(one["match_probability"]), evidence)


def _evidence(one: Mapping[str, Any], field: Field) -> Evidence:
    place = len(field.levels) - int(one[f"gamma_{field.name}"])
    label = field.levels[place].label if place < len(field.levels) else "different"
    weight = float(one[f"mw_{field.name}"]) + float(one.get(f"mw_tf_adj_{field.name}") or 0.0)
    return Evidence(field.name, label, round(weight, 2))
