"""Journeys to begin from, for ten industries: data files, and how they become drafts in one language."""
