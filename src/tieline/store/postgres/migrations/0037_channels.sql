-- Ways to reach people beside LINE, and the messages that take them.
create table channel (
    workspace_id  int not null references workspace,
    key           text not null,
    kind          text not null,                     -- line, email, sms or webhook
    settings      jsonb not null,                    -- what is no secret
    secret        bytea,                             -- sealed
    price         numeric not null,                  -- of one message, in the workspace's money
    state         text not null,                     -- live or paused
    updated_at    timestamptz not null,
    primary key (workspace_id, key)
);

create table channel_send (
    workspace_id  int not null references workspace,
    send_id       bytea not null,                    -- 16 bytes, the same for ever for one visit of a step
    channel       text not null,
    kind          text not null,
    origin        text not null,
    step          text not null,
    person        bytea not null,
    address       text not null,                     -- '' where there was none
    purpose       text not null,
    content       jsonb not null,
    unsubscribe   text,                              -- token of the link that withdraws the consent
    state         text not null,                     -- planned, prepared, accepted, suppressed, failed, expired or parked
    reason        text not null default '',
    reference     text not null default '',          -- what the other side calls it
    cost          numeric not null,
    attempts      int not null default 0,
    fence         int not null default 0,
    not_before    timestamptz not null,
    lease_until   timestamptz,
    expires_at    timestamptz,
    created_at    timestamptz not null,
    settled_at    timestamptz,
    primary key (workspace_id, send_id)
);
create index channel_send_due on channel_send (not_before) where state in ('planned', 'prepared');
create index channel_send_person on channel_send (workspace_id, person);
create index channel_send_origin on channel_send (workspace_id, origin);
create unique index channel_send_unsubscribe on channel_send (unsubscribe) where unsubscribe is not null;

-- Addresses that came back: nothing goes there any more.
create table channel_bounce (
    workspace_id  int not null references workspace,
    kind          text not null,
    address       text not null,
    reason        text not null,
    at            timestamptz not null,
    primary key (workspace_id, kind, address)
);
