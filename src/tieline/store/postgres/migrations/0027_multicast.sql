-- Multicasts: what up to 500 people share stands once and moves as one through the send protocol. Their sends are
-- 'grouped' meanwhile: they are written out when LINE has taken the call, or stand for themselves when it becomes special.
create table multicast (
    workspace_id      int not null,
    chunk_id          bytea not null,
    account           text not null,
    origin            text not null,
    step              text not null,
    purpose           text not null,
    messages          bytea not null,                -- frozen JSON
    body_hash         bytea not null,
    members           int not null,
    state             text not null default 'planned', -- planned, prepared, unknown, accepted, told, opened
    retry_key         uuid not null,                 -- stored with the plan, long before the first call
    first_attempt_at  timestamptz,
    attempts          int not null default 0,
    fence             bigint not null default 0,
    not_before        timestamptz not null,
    expires_at        timestamptz,
    request_id        text,
    stood_through     bigint not null,               -- log offset up to which every member was seen to be allowed
    created_at        timestamptz not null,
    settled_at        timestamptz,
    quiet             text not null default '',
    cap_messages      int,
    cap_days          int,
    priority          smallint not null default 5,
    primary key (workspace_id, chunk_id)
) with (fillfactor = 50);
create index multicast_due on multicast (not_before) where state in ('planned', 'unknown', 'prepared');
create index multicast_accepted on multicast (settled_at) where state = 'accepted';
