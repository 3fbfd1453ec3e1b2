-- audiences at LINE: a segment as it was at one moment, because LINE takes ids in and never out.
create table line_audience (
    workspace_id   int not null references workspace,
    account        text not null,
    key            text not null,
    segment        text not null,
    purpose        text not null,
    description    text not null,                    -- LINE's name for it; by it one is found again after a crash
    audience_id    bigint,                           -- LINE's number for it
    state          text not null check (state in ('new', 'filling', 'waiting', 'ready', 'failed', 'expired')),
    people         int not null,
    filled_through text not null default '',
    problem        text not null default '',
    snapshot_at    timestamptz not null,
    expires_at     timestamptz not null,
    not_before     timestamptz not null,
    primary key (workspace_id, account, key)
);
create table line_audience_member (
    workspace_id  int not null,
    account       text not null,
    audience      text not null,
    line_user     text not null,
    primary key (workspace_id, account, audience, line_user)
);
