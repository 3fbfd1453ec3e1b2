-- One workspace is one brand. Every key starts with workspace_id.
create table workspace (
    workspace_id  int generated always as identity primary key,
    key           text not null unique,
    name          text not null,
    time_zone     text not null default 'Asia/Taipei',
    country       text not null default 'TW',
    identity_key  bytea not null,                    -- keys the hash that names identifier nodes
    settings      jsonb not null default '{}',
    created_at    timestamptz not null
);

create table console_user (
    workspace_id   int not null references workspace,
    email          text not null,
    password_hash  text not null,                    -- argon2id
    role           text not null,
    created_at     timestamptz not null,
    primary key (workspace_id, email)
);

create table secret_key (
    workspace_id  int not null references workspace,
    key_hash      bytea not null unique,             -- sha256; the key itself is shown once
    name          text not null,
    created_at    timestamptz not null,
    revoked_at    timestamptz,
    primary key (workspace_id, key_hash)
);

-- A write key can only collect. A browser's key is public, so its source may state but never grant.
create table source (
    workspace_id  int not null references workspace,
    source_id     int generated always as identity unique,
    key           text not null,
    kind          text not null,
    name          text not null,
    write_key     text not null unique,
    settings      jsonb not null default '{}',
    created_at    timestamptz not null,
    revoked_at    timestamptz,
    primary key (workspace_id, key)
);

-- collect: raw bytes as they came. Offsets are given and committed under one lock, so they have no holes to fall into.
create sequence log_offset;
create table log (
    log_offset    bigint primary key,
    workspace_id  int not null,
    source_id     int not null,
    kind          smallint not null,
    items         int not null,                      -- how many events the body carries, for sizing batches
    received_at   timestamptz not null,
    body          bytea not null
);
alter table log alter column body set storage external;

create table position (
    consumer    text primary key,
    log_offset  bigint not null,
    at          timestamptz not null
);
insert into position values ('stream', 0, now());

create table message_seen (
    workspace_id  int not null,
    key           bytea not null,                    -- 16 bytes of hash over source and messageId
    seen_on       date not null,
    primary key (workspace_id, key)
);
create index message_seen_day on message_seen using brin (seen_on);

create table dead_letter (
    workspace_id  int not null,
    log_offset    bigint not null,
    item          int not null,
    stage         text not null,
    reason        text not null,
    detail        text not null,
    at            timestamptz not null,
    primary key (workspace_id, log_offset, item, stage)
);

-- identify: facts about identifiers. A profile is a view over the nodes that carry its id.
create table node (
    workspace_id  int not null,
    node_id       bytea not null,
    namespace     text not null,
    value         text not null,
    first_at      timestamptz not null,
    zone_id       bytea not null,
    profile_id    bytea not null,
    primary key (workspace_id, node_id)
) with (fillfactor = 80);
create index node_zone on node (workspace_id, zone_id);
create index node_profile on node (workspace_id, profile_id);

create table link (
    workspace_id  int not null,
    a             bytea not null,
    b             bytea not null,
    source        text not null,
    proof         smallint not null,                 -- 1 typed, 2 stated, 3 verified
    first_at      timestamptz not null,
    last_at       timestamptz not null,
    primary key (workspace_id, a, b, source)
) with (fillfactor = 80);
create index link_b on link (workspace_id, b);

create table assertion (
    workspace_id  int not null,
    assertion_id  bigint generated always as identity,
    kind          text not null check (kind in ('cut', 'join')),
    a             bytea not null,
    b             bytea not null,
    author        text not null,
    reason        text not null,
    at            timestamptz not null,
    revoked_at    timestamptz,
    revoked_by    text,
    primary key (workspace_id, assertion_id)
);
create index assertion_a on assertion (workspace_id, a);
create index assertion_b on assertion (workspace_id, b);

create table identity_change (
    workspace_id  int not null,
    change_id     bigint generated always as identity,
    node_id       bytea not null,
    from_id       bytea not null,
    to_id         bytea not null,
    cause         text not null,
    at            timestamptz not null,
    primary key (workspace_id, change_id)
);

-- profile: traits, tags and friendships, one row per node, name and source; the newest wins when they are folded.
create table fact (
    workspace_id  int not null,
    node_id       bytea not null,
    kind          smallint not null,                 -- 1 trait, 2 tag, 3 LINE friendship
    name          text not null,
    source        text not null,
    value         jsonb not null,
    at            timestamptz not null,
    primary key (workspace_id, node_id, kind, name, source)
) with (fillfactor = 80);

create table consent_event (
    workspace_id    int not null,
    consent_id      bigint generated always as identity,
    node_id         bytea not null,
    purpose         text not null,
    channel         text not null,
    granted         boolean not null,
    method          text not null,
    notice_version  text not null,
    evidence        jsonb not null,
    source          text not null,
    event_key       bytea not null,                  -- which event said so; the same event counts once
    at              timestamptz not null,
    received_at     timestamptz not null,
    primary key (workspace_id, consent_id),
    unique (workspace_id, event_key, purpose, channel)
);
create index consent_node on consent_event (workspace_id, node_id);
create function refuse_change() returns trigger language plpgsql as
$$ begin raise exception 'the consent ledger is append-only'; end $$;
create trigger consent_append_only before update or truncate on consent_event execute function refuse_change();

-- history: what the stream committed and ClickHouse has still to take, in Arrow, one row per batch.
create table history_outbox (
    log_offset  bigint primary key,
    events      bytea not null,
    profiles    bytea not null,
    moves       bytea not null,
    at          timestamptz not null
);
alter table history_outbox alter column events set storage external;

create table catalog_item (
    workspace_id  int not null,
    catalog       text not null,
    key           text not null,
    data          jsonb not null,
    updated_at    timestamptz not null,
    primary key (workspace_id, catalog, key)
);

-- segment
create table segment (
    workspace_id  int not null references workspace,
    key           text not null,
    version       int not null,
    name          text not null,
    definition    jsonb not null,
    state         text not null check (state in ('computing', 'live', 'paused', 'deleted')),
    computed_at   timestamptz,
    updated_at    timestamptz not null,
    primary key (workspace_id, key)
);
create table segment_version (
    workspace_id  int not null,
    key           text not null,
    version       int not null,
    definition    jsonb not null,
    author        text not null,
    at            timestamptz not null,
    primary key (workspace_id, key, version)
);
create table membership (
    workspace_id  int not null,
    segment       text not null,
    profile_id    bytea not null,
    entered_at    timestamptz not null,
    primary key (workspace_id, segment, profile_id)
);
create index membership_profile on membership (workspace_id, profile_id);

-- journey
create table journey (
    workspace_id  int not null references workspace,
    key           text not null,
    version       int not null,
    name          text not null,
    state         text not null check (state in ('draft', 'live', 'paused', 'stopped')),
    updated_at    timestamptz not null,
    primary key (workspace_id, key)
);
create table journey_version (
    workspace_id  int not null,
    key           text not null,
    version       int not null,
    definition    jsonb not null,
    author        text not null,
    at            timestamptz not null,
    primary key (workspace_id, key, version)
);
create table signal (
    signal_id     bigint generated always as identity primary key,
    workspace_id  int not null,
    kind          smallint not null,                 -- 1 event, 2 segment entered, 3 segment exited
    name          text not null,
    node_id       bytea not null,                    -- an event's node, or a segment member's profile
    profile_id    bytea not null,
    at            timestamptz not null,
    log_offset    bigint not null,
    data          jsonb not null,
    taken_at      timestamptz                        -- kept for a while: a late trigger has to hear what came before it
);
create index signal_waiting on signal (signal_id) where taken_at is null;
create index signal_heard on signal (workspace_id, node_id, at) where taken_at is not null;
create table enrolment (
    workspace_id   int not null,
    enrolment_id   bytea not null,
    journey        text not null,
    version        int not null,
    person         bytea not null,                   -- the node that carried the profile when it entered
    correlation    text not null default '',
    state          text not null,
    step           text not null,
    due_at         timestamptz,
    needs_offset   bigint,                           -- a condition waits until history has reached this
    body           jsonb not null,
    entered_at     timestamptz not null,
    updated_at     timestamptz not null,
    primary key (workspace_id, enrolment_id)
) with (fillfactor = 70);
create index enrolment_due on enrolment (due_at) where due_at is not null;
create index enrolment_history on enrolment (needs_offset) where needs_offset is not null;
create index enrolment_person on enrolment (workspace_id, person, journey);

create table coupon_code (
    workspace_id  int not null,
    pool          text not null,
    code          text not null,
    issue_key     bytea,                             -- which step of which enrolment took it
    person        bytea,
    issued_at     timestamptz,
    redeemed_at   timestamptz,
    primary key (workspace_id, pool, code)
);
create unique index coupon_issue on coupon_code (workspace_id, issue_key) where issue_key is not null;
create index coupon_free on coupon_code (workspace_id, pool) where issue_key is null;

-- deliver
create table line_account (
    workspace_id    int not null references workspace,
    key             text not null unique,           -- stands in the webhook address
    account_id      int generated always as identity unique,
    name            text not null,
    provider_id     text not null,
    channel_id      text not null unique,
    channel_secret  bytea not null,                  -- encrypted with the key of the data folder
    bot_user_id     text not null,
    source_id       int not null,
    price_plan      text not null default 'tw-high',
    state           text not null default 'live',
    created_at      timestamptz not null,
    primary key (workspace_id, key)
);

create table send (
    workspace_id      int not null,
    send_id           bytea not null,
    account           text not null,
    origin            text not null,                 -- 'journey:cart-30m', 'broadcast:spring'
    step              text not null default '',
    person            bytea not null,
    line_user         text not null,
    purpose           text not null,
    messages          bytea,                         -- frozen JSON; null when suppressed before it was rendered
    body_hash         bytea,
    state             text not null,
    reason            text not null default '',
    chunk_id          bytea,                         -- multicast: the frozen group it travels with
    retry_key         uuid,
    first_attempt_at  timestamptz,
    attempts          int not null default 0,
    lease_until       timestamptz,
    fence             bigint not null default 0,
    not_before        timestamptz not null,
    expires_at        timestamptz,
    request_id        text,
    billed            int not null default 0,
    created_at        timestamptz not null,
    settled_at        timestamptz,
    primary key (workspace_id, send_id)
) with (fillfactor = 70);
create index send_due on send (not_before) where state in ('planned', 'unknown', 'prepared');
create index send_origin on send (workspace_id, origin, state);
create index send_chunk on send (workspace_id, chunk_id) where chunk_id is not null;
create index send_billed on send (workspace_id, account, settled_at) where billed > 0;
create index send_person on send (workspace_id, person);

create table tracked_link (
    token         text primary key,
    workspace_id  int not null,
    send_id       bytea not null,
    url           text not null
);

create table broadcast (
    workspace_id  int not null references workspace,
    key           text not null,
    account       text not null,
    definition    jsonb not null,
    state         text not null,
    planned       int not null default 0,
    planned_through bytea not null default '',
    created_at    timestamptz not null,
    started_at    timestamptz,
    primary key (workspace_id, key)
);

create table webhook_call (
    workspace_id  int not null,
    call_id       bytea not null,
    url           text not null,
    body          jsonb not null,
    state         text not null,                     -- planned, done, failed
    attempts      int not null default 0,
    not_before    timestamptz not null,
    reason        text not null default '',
    created_at    timestamptz not null,
    primary key (workspace_id, call_id)
);
create index webhook_call_due on webhook_call (not_before) where state = 'planned';

-- account binding
create table bind_challenge (
    challenge_hash  bytea primary key,
    workspace_id    int not null,
    account         text not null,
    link_token      text not null,
    member_id       text not null,
    phone           text not null,
    code_hash       bytea not null,
    tries           int not null default 0,
    expires_at      timestamptz not null,
    used_at         timestamptz
);
create table bind_nonce (
    nonce_hash    bytea primary key,
    workspace_id  int not null,
    account       text not null,
    member_id     text not null,
    phone         text not null,
    expires_at    timestamptz not null,
    used_by       text                               -- id of the webhook event that brought it back
);

-- connect: imports
create table import_job (
    workspace_id  int not null references workspace,
    import_id     text not null,                     -- named by the file's content and the mapping
    source        text not null,
    kind          text not null,
    file_name     text not null,
    file_hash     text not null,
    mapping       jsonb not null,
    state         text not null check (state in ('running', 'done', 'failed', 'undoing', 'undone')),
    rows_read     int not null default 0,
    rows_taken    int not null default 0,
    rows_refused  int not null default 0,
    items         int not null default 0,
    report        jsonb,                             -- no values of cells, except masked ones
    first_offset  bigint,                            -- where in the log its rows begin and end
    last_offset   bigint,
    created_at    timestamptz not null,
    finished_at   timestamptz,
    undone_at     timestamptz,
    primary key (workspace_id, import_id)
);
