"""ClickHouse adapters: the history of all events, embedded through chDB or remote."""
