"""The doors: ask, call one service, answer."""
