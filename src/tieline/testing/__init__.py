"""For tests: readable builders, and the whole platform in one process under seeded faults."""
