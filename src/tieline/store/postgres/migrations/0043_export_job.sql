-- People written into a file, and when a member last looked at the list of long work.
create table export_job (
    workspace_id  int not null references workspace,
    export_id     text not null,
    segment       text not null default '',          -- '' is everybody
    columns       text[] not null,
    state         text not null check (state in ('running', 'done', 'failed')),
    done          int not null default 0,
    total         int,
    made_by       text not null,
    created_at    timestamptz not null,
    seen_alive_at timestamptz not null,
    finished_at   timestamptz,
    primary key (workspace_id, export_id)
);
alter table console_user add column inbox_seen_at timestamptz;
