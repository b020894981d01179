-- How a file of results was read: encoding, separator, notations, repeats. Evaluations imported before have none.
alter table evaluation add column reading jsonb;
