"""Stage 3: events become facts, facts fold into profiles."""
