"""Stage 4: who is in which segment, and who entered or left."""
