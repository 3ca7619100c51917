"""Personal API keys: a wizard acts as the user who made the key, within the key's limits."""
