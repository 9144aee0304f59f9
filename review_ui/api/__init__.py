"""The interface for programs: the use cases of the screens as JSON, with tokens of some scopes."""
