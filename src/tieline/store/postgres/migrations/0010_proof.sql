-- Who is proven to be one person, what is said that tells people apart, and values that many share.
-- core: messages go here, and what is known here is shown. shared: 1 only verified links count, 2 it joins nobody.
-- marks: [kind, value, source, proven] and so on.
alter table node add column proven_id bytea not null default '';
alter table node add column core boolean not null default true;
alter table node add column shared smallint not null default 0;
alter table node add column marks jsonb;
update node set proven_id = profile_id;

-- What a source proved and what it only stated are two links: the times of the one do not vouch for the other.
alter table link drop constraint link_pkey;
alter table link add primary key (workspace_id, a, b, source, proof);
create index link_source on link (workspace_id, source);

alter table assertion drop constraint assertion_kind_check;
alter table assertion add constraint assertion_kind_check check (kind in ('cut', 'join', 'block', 'allow'));

-- Up to when links have aged. It moves at night, so that a day is the same for every batch.
create table identity_epoch (
    workspace_id  int primary key references workspace (workspace_id),
    at            timestamptz not null
);
