"""Doors to people: the LINE platform, and text messages for one-time codes."""
