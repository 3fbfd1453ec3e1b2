-- what is kept of an erased person's consents, so that the brand can show there was one: no name, only the keyed hash
-- that refuses them, and it goes when nobody may ask any more.
create table consent_proof (
    workspace_id    int not null references workspace,
    hash            bytea not null,                  -- as in suppression
    purpose         text not null,
    channel         text not null,
    granted         boolean not null,
    method          text not null,
    notice_version  text not null,
    source          text not null,
    at              timestamptz not null,
    received_at     timestamptz not null,
    kept_until      timestamptz not null,
    primary key (workspace_id, hash, purpose, channel, at, granted)
);
create index consent_proof_ends on consent_proof (kept_until);
