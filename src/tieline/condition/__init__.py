"""The language of segments, journey splits and triggers: JSON, typed nodes, SQL, and the same in memory."""
