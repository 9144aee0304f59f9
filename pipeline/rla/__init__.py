"""Auditing a result by a random sample of the paper, with a stated limit to the risk that a wrong result passes."""
