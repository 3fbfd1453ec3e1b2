"""Stage 1: raw requests become events, each once."""
