"""PostgreSQL adapters: the log, identity, profiles, consent, journeys and the outbox."""
