-- Members keep their number when they are removed, so that the audit log can still be read.
alter table console_user add column member_id int generated always as identity unique;
alter table console_user add column removed_at timestamptz;
alter table console_user add column password_changed_at timestamptz;

-- A log-in. Only the hash of its token is stored.
create table console_session (
    workspace_id  int not null,
    token_hash    bytea not null unique,
    member_id     int not null,
    started_at    timestamptz not null,
    seen_at       timestamptz not null,
    primary key (workspace_id, token_hash)
);
create index console_session_member on console_session (workspace_id, member_id);

-- A browser that has logged in before: its attempts are counted apart from those of strangers.
create table console_device (
    workspace_id  int not null,
    token_hash    bytea not null unique,
    member_id     int not null,
    used_at       timestamptz not null,
    primary key (workspace_id, token_hash)
);

-- Attempts to log in that failed, per account, address or device; named by a hash.
create table login_attempt (
    bucket      bytea primary key,
    failures    int not null,
    since_at    timestamptz not null
);

create table invitation (
    workspace_id  int not null references workspace,
    invitation_id int generated always as identity unique,
    token_hash    bytea not null unique,
    email         text not null,
    role          text not null,
    made_by       text not null,
    made_at       timestamptz not null,
    expires_at    timestamptz not null,
    used_at       timestamptz,
    primary key (workspace_id, token_hash)
);

alter table secret_key add column key_id int generated always as identity unique;
alter table secret_key add column scopes text[] not null default '{*}';
alter table secret_key add column shown text not null default '';
alter table secret_key add column made_by text not null default '';
alter table secret_key add column last_used_at timestamptz;
alter table secret_key add column expires_at timestamptz;

-- Who did what to which thing. Each line carries the hash of the line before, so a change shows; nothing personal.
create table audit_entry (
    workspace_id  int not null,
    entry_id      bigint not null,
    at            timestamptz not null,
    actor         text not null,
    action        text not null,
    thing         text not null,
    outcome       text not null,
    detail        text not null,
    hash          bytea not null,
    primary key (workspace_id, entry_id)
);

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is append-only';
end $$;
create trigger audit_entry_append_only before update or delete or truncate on audit_entry
    for each statement execute function audit_is_append_only();
