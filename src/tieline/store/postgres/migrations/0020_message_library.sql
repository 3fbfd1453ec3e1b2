-- deliver: messages that a brand keeps to use again, in versions; what uses one names the version it froze.
create table message (
    workspace_id  int not null references workspace,
    key           text not null,
    name          text not null,
    version       int not null,
    updated_at    timestamptz not null,
    archived_at   timestamptz,
    primary key (workspace_id, key)
);
create table message_version (
    workspace_id  int not null,
    key           text not null,
    version       int not null,
    messages      jsonb not null,
    at            timestamptz not null,
    primary key (workspace_id, key, version)
);
