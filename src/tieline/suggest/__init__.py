"""Who may be one person: suggestions for people to decide on. Nothing here merges anybody."""
