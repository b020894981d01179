-- Fingerprints of one model alternate: they are a set (ADR 0025). One that joined in silence may take the place of the others: since when it
-- was seen without them, and in how many hours.
alter table served_identity add column alone_since timestamptz;
alter table served_identity add column alone_hours integer not null default 0;
grant update (change_id, alone_since, alone_hours) on served_identity to afterai_app;
