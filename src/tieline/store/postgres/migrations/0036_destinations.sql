-- connect: segments that other systems are kept told of
create table destination (
    workspace_id  int not null references workspace,
    key           text not null,
    segment       text not null,
    definition    jsonb not null,                    -- url, which identifiers are told
    secret        bytea not null,                    -- encrypted with the key of the data folder; signs every call
    state         text not null check (state in ('live', 'failing', 'paused', 'deleted')),
    reason        text not null default '',
    wants_full    boolean not null default true,
    told_at       timestamptz,
    updated_at    timestamptz not null,
    primary key (workspace_id, key)
);
create index destination_segment on destination (workspace_id, segment) where state <> 'deleted';
-- who entered or left since the last call was written
create table destination_change (
    change_id     bigint generated always as identity primary key,
    workspace_id  int not null,
    segment       text not null,
    profile_id    bytea not null,
    entered       boolean not null,
    at            timestamptz not null
);
-- calls in their order: a later one waits for the earlier
create table destination_call (
    workspace_id  int not null,
    destination   text not null,
    call_no       bigint generated always as identity,
    body          jsonb not null,
    attempts      int not null default 0,
    not_before    timestamptz not null,
    created_at    timestamptz not null,
    primary key (workspace_id, destination, call_no)
);
