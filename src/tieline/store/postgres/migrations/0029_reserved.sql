-- What budgets count for a message that has not come to an end stands beside it: after a crash it is counted once, and given
-- back exactly. `reserved` is money (null where no budget counts it), `reserved_in` the month of LINE's calendar.
alter table send add column reserved numeric;
alter table send add column reserved_in text;
alter table multicast add column reserved numeric;
alter table multicast add column reserved_in text;
