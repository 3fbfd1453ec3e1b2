-- cost: limits on what is spent, plans of the brand's own, and LINE's counters of each day beside ours.
create table budget (
    workspace_id  int not null references workspace,
    scope         text not null,                     -- 'workspace', or an origin: 'broadcast:spring', 'journey:cart'
    unit          text not null check (unit in ('messages', 'money')),
    most          numeric not null,
    period        text not null check (period in ('month', 'once')),
    month         text not null,                     -- of LINE's calendar, that `spent` belongs to
    spent         numeric not null default 0,
    updated_at    timestamptz not null,
    primary key (workspace_id, scope, unit)
);
create table price_plan (
    workspace_id  int not null references workspace,
    key           text not null,
    valid_from    date not null,
    plan          jsonb not null,
    updated_at    timestamptz not null,
    primary key (workspace_id, key, valid_from)
);
create table line_day (
    workspace_id   int not null,
    account        text not null,
    day            date not null,                    -- of LINE's calendar, UTC+9
    own_push       int not null default 0,
    own_multicast  int not null default 0,
    own_reply      int not null default 0,
    line_push      int,                              -- null: LINE has not said yet
    line_multicast int,
    line_reply     int,
    line_broadcast int,
    friends        int,                              -- ever added, by LINE's count
    reachable      int,
    blocks         int,
    checked_at     timestamptz not null,
    primary key (workspace_id, account, day)
);
