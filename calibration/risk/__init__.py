"""What risk the thresholds carry: labelled readings to margins, exact bounds and a profile that states them."""
