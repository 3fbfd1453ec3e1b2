-- What LINE counts a message under, what it says came of it, and what it would not take.
alter table send add column unit text not null default '';
alter table multicast add column unit text not null default '';

create table aggregation_unit (
    workspace_id  int not null,
    account       text not null,
    name          text not null,                 -- LINE's customAggregationUnits: one per broadcast arm or journey step
    origin        text not null,
    step          text not null,
    month         text not null,                 -- the last month of Japan in which it was planned: '202611'
    first_at      timestamptz not null,
    last_at       timestamptz not null,
    ask_at        timestamptz,                   -- when LINE is asked next, null when its numbers no longer change
    asked_at      timestamptz,
    said_from     text,
    said_to       text,
    said          jsonb,                         -- LINE's answer, null in it is fewer than 20
    primary key (workspace_id, account, name)
);
create index aggregation_unit_origin on aggregation_unit (workspace_id, origin);
create index aggregation_unit_ask on aggregation_unit (ask_at) where ask_at is not null;

create table line_refusal (
    workspace_id  int not null,
    origin        text not null,
    step          text not null,
    account       text not null,
    pointer       text not null,                 -- LINE's path: messages[0].text
    sentence      text not null,                 -- LINE's words
    at            timestamptz not null,
    primary key (workspace_id, origin, step)
);
