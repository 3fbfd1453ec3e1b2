-- The words under which a person is found, kept with the person in the stream's transaction.
create table profile_word (
    workspace_id  int not null,
    profile_id    bytea not null,
    word          text collate "C" not null,
    primary key (workspace_id, profile_id, word)
);
create index profile_word_word on profile_word (workspace_id, word, profile_id);
