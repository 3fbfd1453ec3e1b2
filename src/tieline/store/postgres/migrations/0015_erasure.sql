-- erasure of a person on request: what is asked, how far it has come, and what is refused ever after.
create table erasure (
    workspace_id  int not null references workspace,
    erasure_id    text not null,
    state         text not null check (state in ('asked', 'erasing', 'done')),
    target        bytea,                             -- a node of the person; gone when it is done
    nodes         jsonb not null default '[]',       -- [id, namespace, value] of each identifier; gone when it is done
    through       bigint not null default 0,         -- log rows up to here are searched
    searched      bigint not null default 0,         -- and this is how far the search has come
    author        text not null,
    reason        text not null,
    counts        jsonb not null default '{}',       -- what was erased, in numbers
    asked_at      timestamptz not null,
    done_at       timestamptz,
    primary key (workspace_id, erasure_id)
);
create index erasure_open on erasure (asked_at) where state = 'erasing';

create table suppression (
    workspace_id  int not null references workspace,
    hash          bytea not null,                    -- keyed, and not the hash that names nodes
    namespace     text not null,
    erased_at     timestamptz not null,
    primary key (workspace_id, hash)
);
