"""The command line and the wiring: parse, open, call a use case, print."""
