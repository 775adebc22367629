"""Rules of imports: the states of a batch and of its rows, the columns, and how a file is read."""
