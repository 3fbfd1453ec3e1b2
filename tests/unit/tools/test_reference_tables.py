"""The tables of the reference are what the migrations leave, however these are commented."""

import pytest
import reference

from tieline.store import migrate

SQL = """
create table visit (
    visit_id bigint, -- by the shop
    page text
); -- what the shop says
alter table visit add column at timestamptz;  -- since the second version
alter table visit drop column page
"""


def test_a_comment_behind_a_statement_hides_none_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    step = migrate.load("postgres")[0]._replace(sql=SQL)
    monkeypatch.setattr(migrate, "load", lambda _: [step])

    assert reference.tables("postgres") == {"visit": ["visit_id", "at"]}
