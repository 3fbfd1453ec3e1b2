"""Places among sorted ids are those that a plain search finds, however the ids are spread."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tieline.store.postgres.sorted_ids import SortedIds, order

# Few first halves, so that many ids share one; and any.
IDS = st.one_of(
    st.binary(min_size=16, max_size=16),
    st.tuples(
        st.sampled_from((b"\0" * 8, b"\0" * 7 + b"\1", b"\xff" * 8)), st.binary(min_size=8, max_size=8)
    ).map(lambda pair: pair[0] + pair[1]),
)


def rows(ids: list[bytes]) -> np.ndarray:
    return np.frombuffer(b"".join(ids), np.uint8).reshape(-1, 16)


@given(st.lists(IDS, unique=True, max_size=60).map(sorted), st.lists(IDS, max_size=40), st.data())
def test_every_id_is_found_where_it_stands_and_no_other(
    known: list[bytes], others: list[bytes], data: st.DataObject
) -> None:
    asked = [*(data.draw(st.lists(st.sampled_from(known), max_size=40)) if known else []), *others]

    found = SortedIds(rows(known)).places(rows(asked))

    assert found.tolist() == [known.index(one) if one in known else -1 for one in asked]


@given(st.lists(IDS, unique=True, max_size=60))
def test_the_order_is_that_of_the_bytes(ids: list[bytes]) -> None:
    assert [ids[place] for place in order(rows(ids))] == sorted(ids)


def test_a_great_many_are_found() -> None:
    chance = np.random.default_rng(7)
    ids = chance.integers(0, 256, (50_000, 16), dtype=np.uint8)
    ids = ids[order(ids)]
    asked = chance.integers(0, len(ids), 200_000)

    assert (SortedIds(ids).places(ids[asked]) == asked).all()
