-- One message to audiences at LINE, which LINE hands out itself: one row is one request.
create table narrowcast (
    workspace_id      int not null references workspace,
    key               text not null,
    name              text not null,
    account           text not null,
    definition        jsonb not null,
    most              int not null,                  -- messages it may cost, as it was shown when it was saved
    state             text not null check (state in ('approval', 'ready', 'prepared', 'unknown', 'sending', 'succeeded',
                                                     'failed', 'held', 'parked', 'cancelled')),
    reason            text not null default '',
    said              text not null default '',      -- LINE's own sentence, where it gave one
    author            text not null,
    approved_by       text not null default '',
    approved_at       timestamptz,
    created_at        timestamptz not null,
    updated_at        timestamptz not null,
    not_before        timestamptz not null,
    lease_until       timestamptz,
    fence             int not null default 0,
    halted            boolean not null default false, -- somebody stopped it while a call may have been made
    retry_key         uuid,                          -- stands before the first call, with the body
    body              bytea,
    first_attempt_at  timestamptz,
    called_at         timestamptz,                   -- the last attempt
    attempts          int not null default 0,        -- calls that may have been made
    reserved          numeric,                       -- what budgets count for it, as for a send
    reserved_in       text,
    request_id        text not null default '',      -- LINE's name for it, once it took it
    accepted_at       timestamptz,
    looks             int not null default 0,        -- how often LINE was asked how far it is
    target            int,                           -- people it was for, by LINE's count
    success           int,
    failure           int,
    billed            int not null default 0,
    settled_at        timestamptz,
    ask_at            timestamptz,                   -- when LINE is asked next what came of it
    asked_at          timestamptz,
    insight           jsonb,                         -- LINE's answer, null in it is fewer than 20
    primary key (workspace_id, key)
);
create index narrowcast_due on narrowcast (not_before) where state in ('ready', 'prepared', 'unknown', 'sending');
create index narrowcast_ask on narrowcast (ask_at) where ask_at is not null;
create index narrowcast_billed on narrowcast (workspace_id, account, settled_at) where billed > 0;

-- LINE counts them apart from its other messages.
alter table line_day add column own_narrowcast int not null default 0;
alter table line_day add column line_narrowcast int;
