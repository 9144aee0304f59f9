"""An invented Party congress to copy, change and try."""
