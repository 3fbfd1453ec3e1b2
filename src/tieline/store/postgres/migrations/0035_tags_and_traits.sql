-- segment: how a segment grew, day by day on the workspace's clock
create table segment_growth (
    workspace_id  int not null,
    segment       text not null,
    day           date not null,
    entered       int not null default 0,
    exited        int not null default 0,
    primary key (workspace_id, segment, day)
);

-- tag: the dictionary, the rules that put tags on, and what people did to many at once
create table tag (
    workspace_id        int not null references workspace,
    key                 text not null,
    name                text not null,
    owner               text not null,
    purpose             text not null,
    expires_after_days  int,
    state               text not null check (state in ('live', 'deleted')),
    created_at          timestamptz not null,
    updated_at          timestamptz not null,
    primary key (workspace_id, key)
);
create table tag_rule (
    workspace_id  int not null references workspace,
    key           text not null,
    tag           text not null,
    definition    jsonb not null,
    state         text not null check (state in ('live', 'paused', 'deleted')),
    updated_at    timestamptz not null,
    primary key (workspace_id, key)
);
create table tag_job (
    workspace_id  int not null references workspace,
    job_id        text not null,
    tag           text not null,
    action        text not null check (action in ('add', 'remove')),
    how           text not null,
    author        text not null,
    asked         int not null,
    changed       int not null,
    refused       int not null,
    report        jsonb not null,                    -- rows that were refused and why; no values of cells
    at            timestamptz not null,
    undone_at     timestamptz,
    primary key (workspace_id, job_id)
);
create index tag_job_tag on tag_job (workspace_id, tag, at);
-- whose tag the job changed, so that it can be undone
create table tag_job_person (
    workspace_id  int not null,
    job_id        text not null,
    node_id       bytea not null,
    primary key (workspace_id, job_id, node_id)
);
create index fact_tag on fact (workspace_id, name) where kind = 2;

-- computed traits: a measure of the history, or classes, under a name
create table computed_trait (
    workspace_id  int not null references workspace,
    key           text not null,
    name          text not null,
    definition    jsonb not null,
    model         jsonb,                             -- the thresholds it was made from, if it is one of the known models
    author        text not null,
    state         text not null check (state in ('live', 'deleted')),
    updated_at    timestamptz not null,
    primary key (workspace_id, key)
);
