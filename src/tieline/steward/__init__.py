"""What the people who look after the data ask and decide from the command line."""
