"""Three brands: their segments, journeys and messages as data."""
