-- rich menus: what a brand drew, which of it stands at LINE, and which menu each friend was given.
create table rich_menu (
    workspace_id  int not null references workspace,
    account       text not null,
    key           text not null,                     -- also the alias by which other menus switch to it
    name          text not null,
    definition    jsonb not null,
    image         bytea,
    image_type    text,
    content_hash  text not null,                     -- of definition and picture
    rank          int not null,
    is_default    boolean not null default false,
    segment       text,                              -- who sees it: all that is named must hold
    tag           text,
    bound         boolean,
    by_rule       boolean not null default true,     -- false: a tab, reached from another menu alone
    starts_at     timestamptz,
    ends_at       timestamptz,
    line_id       text,                              -- LINE's name for what stands there
    line_hash     text,                              -- which content that is
    problem       text not null default '',          -- why LINE did not take it
    updated_at    timestamptz not null,
    primary key (workspace_id, account, key)
);
create table rich_menu_link (
    workspace_id  int not null,
    account       text not null,
    line_user     text not null,
    line_id       text not null,
    at            timestamptz not null,
    primary key (workspace_id, account, line_user)
);
create index rich_menu_linked on rich_menu_link (workspace_id, account, line_id);
-- Menus that nobody should see any more; LINE deletes a hundred an hour.
create table rich_menu_gone (
    workspace_id  int not null,
    account       text not null,
    line_id       text not null,
    alias         text not null,
    at            timestamptz not null,
    primary key (workspace_id, account, line_id)
);
-- Whom a change of membership may have given another menu: filled per statement, so that no stage need know of menus.
create table rich_menu_due (
    workspace_id  int not null,
    profile_id    bytea not null,
    primary key (workspace_id, profile_id)
);
create function rich_menu_membership() returns trigger language plpgsql as $$
begin
    insert into rich_menu_due
    select distinct changed.workspace_id, changed.profile_id from changed
    where exists (select from rich_menu menu
                  where menu.workspace_id = changed.workspace_id and menu.segment = changed.segment)
    on conflict do nothing;
    return null;
end $$;
create trigger rich_menu_entered after insert on membership
    referencing new table as changed for each statement execute function rich_menu_membership();
create trigger rich_menu_left after delete on membership
    referencing old table as changed for each statement execute function rich_menu_membership();
