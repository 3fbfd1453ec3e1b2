-- suggestions of who may be one person, and what people decided about them.
create table suggestion (
    workspace_id  int not null references workspace,
    suggestion_id bigint generated always as identity,
    a             bytea not null,                    -- node ids that name the two profiles
    b             bytea not null,
    band          text not null check (band in ('top', 'review')),
    score         double precision not null,
    plan          text not null,                     -- version of the weights
    evidence      jsonb not null,                    -- field, level and weight; values are read when it is shown
    state         text not null default 'open' check (state in ('open', 'accepted', 'refused')),
    made_at       timestamptz not null,
    decided_at    timestamptz,
    decided_by    text,
    primary key (workspace_id, suggestion_id),
    unique (workspace_id, a, b)
);
