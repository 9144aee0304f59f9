"""The way of the paper: from scanned bytes to settled values and totals."""
