-- Who is gone is asked with every count; almost no granule holds anybody who is.
alter table profile add index if not exists gone_any gone type minmax granularity 1;
alter table profile materialize index gone_any settings mutations_sync = 1;
