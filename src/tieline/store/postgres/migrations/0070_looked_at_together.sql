-- Whoever was looked at when a list was frozen: where the message goes, null where nobody looked or it may not go. How far the
-- log had been read by then.
alter table broadcast_recipient add column line_user text;
alter table broadcast add column stood_through bigint;
