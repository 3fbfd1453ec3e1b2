"""Stage 2: whose event is it? Identifiers become nodes, what sources say becomes links, and rules decide who is one person."""
