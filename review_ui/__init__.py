"""The web application in which people settle what the machine asks (docs/web.md)."""
