"""Engine, sessions, row filter and compiled queries."""
