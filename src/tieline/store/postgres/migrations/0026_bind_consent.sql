-- Whoever agrees to be written to on the page of account binding has agreed once LINE says who they are.
alter table bind_challenge add column consents boolean not null default false;
alter table bind_nonce add column consents boolean not null default false;
