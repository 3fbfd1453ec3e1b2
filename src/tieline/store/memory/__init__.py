"""Adapters that keep everything in memory, for the seeded simulation and the tests; never a third engine for users."""
