"""The example election that ships with the program: one commune, three voting areas, three contests."""
