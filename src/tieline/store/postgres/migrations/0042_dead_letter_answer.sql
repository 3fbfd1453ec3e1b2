-- What a person did about something that was parked.
alter table dead_letter add column answer text not null default '';
alter table dead_letter add column answered_by text not null default '';
alter table dead_letter add column answered_at timestamptz;
alter table dead_letter add column replayed_as bigint;
create index dead_letter_open on dead_letter (workspace_id, log_offset desc, item desc) where answer = '';
