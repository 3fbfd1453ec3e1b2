"""Storage adapters: PostgreSQL for what is true now, ClickHouse for what has happened, memory for simulations."""
