-- Whether LINE's word of the delivery ended the doubt about a message by telephone, so that the word is what tells of it.
alter table channel_send add column by_word boolean not null default false;
