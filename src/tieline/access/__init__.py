"""Who may do what, and what they may see of people. Pure: routes and stores are elsewhere."""
