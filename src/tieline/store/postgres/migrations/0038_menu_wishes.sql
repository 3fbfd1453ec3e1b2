-- Whom a journey gave a rich menu, or took it from, is looked at at once.
create function rich_menu_given() returns trigger language plpgsql as $$
begin
    insert into rich_menu_due
    select workspace_id, profile_id from node where workspace_id = new.workspace_id and node_id = new.node_id
    on conflict do nothing;
    return null;
end $$;
create trigger rich_menu_given after insert or update on fact for each row
    when (new.kind = 1 and new.source = 'tieline' and new.name like 'rich_menu:%')
    execute function rich_menu_given();
