-- An event keeps its node for ever and the profile it had when it was written; override corrects the rest.
create table if not exists event (
    workspace_id UInt32,
    event        LowCardinality(String),
    profile_id   FixedString(16),
    node_id      FixedString(16),
    at           DateTime64(3, 'UTC'),
    log_offset   UInt64,
    item         UInt32,
    message_id   String,
    source       LowCardinality(String),
    type         LowCardinality(String),
    properties   JSON(max_dynamic_paths = 256),
    index log_offset_range log_offset type minmax
) engine = MergeTree
partition by toYYYYMM(at)
order by (workspace_id, event, profile_id, at)
settings index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1;

create table if not exists profile (
    workspace_id  UInt32,
    profile_id    FixedString(16),
    version       UInt64,
    gone          UInt8,
    traits        JSON(max_dynamic_paths = 256),
    tags          Array(LowCardinality(String)),
    consents      Array(LowCardinality(String)),
    friends       Array(LowCardinality(String)),
    namespaces    Array(LowCardinality(String)),
    first_seen_at DateTime64(3, 'UTC')
) engine = ReplacingMergeTree(version, gone)
order by (workspace_id, profile_id)
settings index_granularity = 1024;

-- Rows on their way into event and profile, with JSON still as text.
create table if not exists event_arrival (
    workspace_id UInt32,
    event        String,
    profile_id   FixedString(16),
    node_id      FixedString(16),
    at           DateTime64(3, 'UTC'),
    log_offset   UInt64,
    item         UInt32,
    message_id   String,
    source       String,
    type         String,
    properties   String
) engine = Memory;

create table if not exists profile_arrival (
    workspace_id  UInt32,
    profile_id    FixedString(16),
    version       UInt64,
    gone          UInt8,
    traits        String,
    tags          Array(String),
    consents      Array(String),
    friends       Array(String),
    namespaces    Array(String),
    first_seen_at DateTime64(3, 'UTC')
) engine = Memory;

-- A node that changed profile: the one it left, and the one it has now (the row with the highest version says).
create table if not exists override (
    workspace_id UInt32,
    node_id      FixedString(16),
    from_id      FixedString(16),
    profile_id   FixedString(16),
    version      UInt64
) engine = ReplacingMergeTree(version)
order by (workspace_id, node_id, from_id);

create table if not exists history_mark (
    log_offset UInt64,
    at         DateTime64(3, 'UTC')
) engine = ReplacingMergeTree
order by log_offset;

-- toString drops zero bytes at the end of an id, as the look-up of a FixedString key does; toFixedString puts them back.
create dictionary if not exists override_map (
    workspace_id UInt32,
    node_id      String,
    profile_id   String
) primary key workspace_id, node_id
source(clickhouse(query 'select workspace_id, toString(node_id) as node_id, toString(argMax(profile_id, version)) as profile_id from tieline.override group by workspace_id, node_id'))
layout(complex_key_hashed())
lifetime(0);
