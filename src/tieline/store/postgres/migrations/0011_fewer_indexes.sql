-- Every new link pays for an index that only the undoing of an import reads, and that is rare enough to look at all links.
drop index link_source;
alter table identity_epoch drop constraint identity_epoch_workspace_id_fkey;
