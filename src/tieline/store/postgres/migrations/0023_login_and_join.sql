-- binding by LINE Login: the brand's own login channel, log-ins under way, and withdrawals that LINE has to be told of.
create table line_login (
    workspace_id    int not null references workspace,
    account         text not null,
    channel_id      text not null,
    channel_secret  bytea not null,                  -- sealed for this account
    provider_id     text not null,
    liff_id         text not null default '',
    updated_at      timestamptz not null,
    primary key (workspace_id, account)
);
create table login_state (
    state_hash    bytea primary key,
    workspace_id  int not null,
    account       text not null,
    wish          text not null check (wish in ('bind', 'unbind', 'join')),
    join_source   text not null default '',
    language      text not null,
    nonce         text not null,
    verifier      text not null,
    expires_at    timestamptz not null,
    used_at       timestamptz
);
-- Somebody whom LINE has proved to be a friend, on the way through the pages of binding.
create table login_visit (
    visit_hash    bytea primary key,
    workspace_id  int not null,
    account       text not null,
    wish          text not null,
    line_user     text not null,
    join_source   text not null,
    language      text not null,
    user_token    bytea not null,                    -- LINE's access token of the person, sealed
    member_id     text not null default '',
    phone         text not null default '',
    code_hash     bytea,
    tries         int not null default 0,
    consent       boolean not null default false,
    expires_at    timestamptz not null,
    used_at       timestamptz
);
create index login_visit_phone on login_visit (workspace_id, phone, expires_at);
create table deauthorization (
    workspace_id  int not null,
    account       text not null,
    line_user     text not null,
    user_token    bytea not null,
    attempts      int not null default 0,
    not_before    timestamptz not null,
    expires_at    timestamptz not null,
    primary key (workspace_id, account, line_user)
);

-- join sources: where friends come from, by a link or a printed code.
create table join_source (
    workspace_id  int not null references workspace,
    account       text not null,
    key           text not null,
    code          text not null unique,              -- in the link and on the print; cannot be guessed
    name          text not null,
    store         text not null default '',
    staff         text not null default '',
    tags          text[] not null default '{}',
    messages      jsonb,                             -- for who became a friend by it
    messages_again jsonb,                            -- for who was a friend before
    created_at    timestamptz not null,
    archived_at   timestamptz,
    primary key (workspace_id, account, key)
);
create table join_credit (
    workspace_id  int not null,
    account       text not null,
    line_user     text not null,
    source        text not null,
    is_new        boolean not null,
    at            timestamptz not null,
    primary key (workspace_id, account, line_user)
);
create index join_credited on join_credit (workspace_id, account, source);
-- When somebody followed an account, by LINE's clock: tells who is new when a join source is credited.
create table line_follow (
    workspace_id  int not null,
    account       text not null,
    line_user     text not null,
    last_at       timestamptz not null,
    primary key (workspace_id, account, line_user)
);
alter table line_account add column basic_id text not null default '';
