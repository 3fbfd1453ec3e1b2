-- An audience may follow its segment: who enters is added; who leaves can only be left out of one that is made anew.
alter table line_audience add column in_step boolean not null default false;
-- LINE's number of the one before, until LINE was told to drop it.
alter table line_audience add column outdated_id bigint;
-- Who came after the snapshot, and was not given to LINE yet.
alter table line_audience_member add column late boolean not null default false;
