"""What is kept, and where; every table of the metadata is known as soon as one module of this room is."""

from pipeline.storage import schema_counts as schema_counts
from pipeline.storage import schema_levels as schema_levels
from pipeline.storage import schema_paper as schema_paper
from pipeline.storage import schema_people as schema_people
from pipeline.storage import schema_result_audits as schema_result_audits
