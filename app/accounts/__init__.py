"""Registration, log-in, security codes, sessions, membership, recovery."""
