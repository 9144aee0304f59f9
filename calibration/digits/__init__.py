"""Training of the digit reader: sources, synthesised signs, distortions, the network, held-out recipes."""
