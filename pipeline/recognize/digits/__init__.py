"""Handwritten digits: a box's ink in one normal form, a small network, log-probabilities per class."""
