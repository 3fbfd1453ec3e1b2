-- What budgets count for a message that has not come to an end stands beside it: after a crash it is counted once, and given
-- back exactly.
alter table send add column reserved numeric;         -- money; null: no budget counts it
alter table send add column reserved_in text;         -- the month of LINE's calendar it was counted for
alter table multicast add column reserved numeric;
alter table multicast add column reserved_in text;
