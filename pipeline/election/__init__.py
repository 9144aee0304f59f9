"""The election as it is defined before the first ballot: levels, contests, units, areas, candidates, rules."""
