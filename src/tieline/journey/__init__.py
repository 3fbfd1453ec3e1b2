"""Stage 5: what people do and what time does move them along journeys."""
