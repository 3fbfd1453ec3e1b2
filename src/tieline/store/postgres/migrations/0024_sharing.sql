-- sharing an account with other tools: webhooks go on to them, and their calls to LINE come through us.
create table webhook_forward (
    workspace_id  int not null references workspace,
    account       text not null,
    key           text not null,
    url           text not null,
    log_offset    bigint not null,                   -- everything up to here is on its way
    created_at    timestamptz not null,
    primary key (workspace_id, account, key)
);
create table webhook_delivery (
    workspace_id  int not null,
    delivery_id   bigint generated always as identity,
    account       text not null,
    forward       text not null,
    log_offset    bigint not null,
    body          bytea not null,                    -- as LINE sent it; gone once it was delivered
    state         text not null check (state in ('planned', 'dead')),
    attempts      int not null default 0,
    not_before    timestamptz not null,
    reason        text not null default '',
    created_at    timestamptz not null,
    primary key (workspace_id, delivery_id),
    unique (workspace_id, account, forward, log_offset)
);
create index webhook_delivery_due on webhook_delivery (not_before) where state = 'planned';
create table proxy_key (
    workspace_id  int not null references workspace,
    account       text not null,
    name          text not null,
    key_hash      bytea not null unique,
    created_at    timestamptz not null,
    revoked_at    timestamptz,
    primary key (workspace_id, account, name)
);
create table proxied_send (
    workspace_id  int not null,
    proxied_id    bigint generated always as identity,
    account       text not null,
    tool          text not null,
    kind          text not null,
    messages      int not null,                      -- as LINE will count them; what is in doubt counts
    state         text not null check (state in ('called', 'accepted', 'refused', 'unknown')),
    request_id    text not null default '',
    called_at     timestamptz not null,
    settled_at    timestamptz,
    primary key (workspace_id, proxied_id)
);
create index proxied_account on proxied_send (workspace_id, account, called_at);
insert into position values ('redact', 0, now()) on conflict do nothing;
