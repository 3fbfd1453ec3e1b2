-- Rules of who is who, in versions. A change is computed apart first, and holds only when the stream has switched to it.
create table identity_rules (
    workspace_id    int not null references workspace,
    version         int not null,
    state           text not null check (state in ('asked', 'checking', 'held', 'ready', 'live', 'retired', 'refused', 'failed')),
    text            text not null,                   -- the file as it was written, comments and all
    rules           jsonb not null,
    merges_percent  float8 not null,                 -- a change that merges more than this waits for a person
    author          text not null,
    reason          text not null,
    asked_at        timestamptz not null,
    progress        float8 not null default 0,
    report          jsonb,                           -- what changes; names nobody
    decided_by      text,
    decided_at      timestamptz,
    live_at         timestamptz,
    primary key (workspace_id, version)
);
create unique index identity_rules_live on identity_rules (workspace_id) where state = 'live';
create unique index identity_rules_open on identity_rules (workspace_id)
    where state in ('asked', 'checking', 'held', 'ready');
