"""The official trial run: a test deck with known answers, and what reading it shows."""
