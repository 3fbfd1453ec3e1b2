-- Broadcasts with recipients frozen once: who, at which place, in which arm, from when on.
alter table broadcast add column name text not null default '';
alter table broadcast add column author text not null default '';
alter table broadcast add column approved_by text not null default '';
alter table broadcast add column approved_at timestamptz;
alter table broadcast add column start_at timestamptz;
alter table broadcast add column updated_at timestamptz;
alter table broadcast add column frozen int;
alter table broadcast add column frozen_at timestamptz;
alter table broadcast add column planned_place bigint not null default 0;
alter table broadcast add column winner text not null default '';
create index broadcast_waiting on broadcast (created_at) where state in ('ready', 'planning');

create table broadcast_recipient (
    workspace_id  int not null,
    broadcast     text not null,
    place         bigint not null,
    person        bytea not null,
    arm           text not null,
    due_at        timestamptz not null,
    primary key (workspace_id, broadcast, place)
);
