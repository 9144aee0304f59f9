"""Numbers on one form together: what ink says of each, what sums say of all, what a person is asked."""
