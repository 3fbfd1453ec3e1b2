-- Whoever changes who is who takes a turn: the row is the lock of a workspace, and its number tells the next one whether
-- somebody else was there. Numbers come from a sequence, so that one whose transaction failed never comes again.
create sequence identity_turn_number;
create table identity_turn (
    workspace_id  int primary key,
    turn          bigint not null,
    last          bigint not null                      -- the turn before it
) with (fillfactor = 50);
