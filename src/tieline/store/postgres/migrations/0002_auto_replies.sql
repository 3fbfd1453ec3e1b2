-- auto-replies: what a brand answers, and the answers themselves, each tried once.
create table auto_reply (
    workspace_id  int not null references workspace,
    key           text not null,
    name          text not null,
    definition    jsonb not null,
    live          boolean not null,
    updated_at    timestamptz not null,
    primary key (workspace_id, key)
);

create table reply (
    workspace_id  int not null,
    reply_id      bytea not null,                    -- names the event that is answered
    account       text not null,
    origins       text[] not null,                   -- keys of the rules that answer
    person        bytea not null,
    namespace     text not null,
    line_user     text not null,
    body          bytea not null,
    tags          text[] not null,
    token         text not null,                     -- LINE's reply token; empty once it was used or is too old
    state         text not null,                     -- planned, called, accepted, failed, expired, unknown
    reason        text not null default '',
    expires_at    timestamptz not null,
    created_at    timestamptz not null,
    called_at     timestamptz,
    settled_at    timestamptz,
    primary key (workspace_id, reply_id)
);
create index reply_open on reply (created_at) where state in ('planned', 'called');
