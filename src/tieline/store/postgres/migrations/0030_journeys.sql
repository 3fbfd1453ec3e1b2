-- A journey that drains takes nobody in, while those on the way finish.
alter table journey drop constraint journey_state_check;
alter table journey add constraint journey_state_check
    check (state in ('draft', 'live', 'draining', 'paused', 'stopped'));

-- journey: how many people reached each step, by day of the workspace's clock; '' is the entry, '!goal' an end by its reason.
create table journey_count (
    workspace_id  int not null,
    journey       text not null,
    version       int not null,
    step          text not null,
    day           date not null,
    people        bigint not null,
    primary key (workspace_id, journey, version, step, day)
) with (fillfactor = 70);

-- Parts in experiments: which arm of a test, kept out or treated.
create table journey_arm (
    workspace_id  int not null,
    enrolment_id  bytea not null,
    step          text not null,
    journey       text not null,
    version       int not null,
    arm           text not null,
    person        bytea not null,
    at            timestamptz not null,
    goal_at       timestamptz,
    clicked_at    timestamptz,
    primary key (workspace_id, enrolment_id, step)
);
create index journey_arm_step on journey_arm (workspace_id, journey, version, step, arm);
create index journey_arm_person on journey_arm (workspace_id, person, journey);
create table journey_winner (
    workspace_id  int not null,
    journey       text not null,
    version       int not null,
    step          text not null,
    arm           text not null,
    at            timestamptz not null,
    primary key (workspace_id, journey, version, step)
);

-- When a journey that begins by the clock begins next.
create table journey_round (
    workspace_id  int not null,
    journey       text not null,
    version       int not null,
    at            timestamptz not null,
    needs_offset  bigint,
    primary key (workspace_id, journey)
);

create index enrolment_stands on enrolment (workspace_id, journey, state, step);

-- What holds a message back: hours in which it may not leave ('22:00-09:00'), and who goes first where a cap has room for one.
alter table send add column quiet text not null default '';
alter table send add column cap_messages int;
alter table send add column cap_days int;
alter table send add column priority smallint not null default 5;

-- Origins of messages that somebody stopped: no call starts for them; '*' stops a whole workspace.
create table origin_halt (
    workspace_id  int not null references workspace,
    origin        text not null,
    author        text not null,
    at            timestamptz not null,
    primary key (workspace_id, origin)
);

-- Addresses that other systems call to start a journey.
create table journey_hook (
    workspace_id  int not null references workspace,
    journey       text not null,
    token_hash    bytea not null unique,             -- sha256; the token itself is shown once
    created_at    timestamptz not null,
    primary key (workspace_id, journey)
);

-- Whose call it is, for the page of errors.
alter table webhook_call add column origin text not null default '';
alter table webhook_call add column step text not null default '';
create index webhook_call_origin on webhook_call (workspace_id, origin, state);
