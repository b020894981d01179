-- The cases of an evaluation in columns, compressed: a million of them in some megabytes, read without making an object of each.
-- What was imported before keeps its `run`.
alter table evaluation alter column run drop not null;
alter table evaluation add column case_table bytea;
