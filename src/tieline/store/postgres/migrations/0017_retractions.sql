-- What a whole source said about who is who, taken back by a person: nothing is lost, so that it can be given back.
create table retraction (
    workspace_id   int not null references workspace,
    retraction_id  bigint generated always as identity,
    source         text not null,
    until_at       timestamptz not null,             -- what the source saw up to then counts for nothing
    author         text not null,
    reason         text not null,
    at             timestamptz not null,
    revoked_at     timestamptz,
    revoked_by     text,
    revoked_reason text,
    primary key (workspace_id, retraction_id)
);

-- The links and marks that do not count, beside those that do: what decides who is who never reads these.
create table retracted_link (
    workspace_id   int not null,
    retraction_id  bigint not null,
    a              bytea not null,
    b              bytea not null,
    proof          smallint not null,
    first_at       timestamptz not null,
    last_at        timestamptz not null,
    primary key (workspace_id, a, b, retraction_id, proof)
);
create index retracted_link_b on retracted_link (workspace_id, b);

create table retracted_mark (
    workspace_id   int not null,
    retraction_id  bigint not null,
    node_id        bytea not null,
    mark           jsonb not null,                   -- [kind, value, source, proven]
    primary key (workspace_id, node_id, retraction_id, mark)
);
