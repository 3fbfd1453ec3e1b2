"""The LINE platform: `client` calls it, `signature` and `webhook` read what it sends, `secrets` keeps its keys."""
