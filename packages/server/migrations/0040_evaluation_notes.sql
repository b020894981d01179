-- What a reader of an evaluation should know of how its file was read, such as that the run was cancelled: our words, no content.
alter table evaluation add column notes jsonb not null default '[]';
