-- What the columns of an event and its entry in the log say isn't kept a second time (ADR 0033): the signed envelope is put together of them
-- when it is asked for, and of the ciphertext, whose key was never kept, the digest stays that the statement names. Older events keep both.
alter table audit_event alter column envelope drop not null;
alter table audit_event alter column ciphertext drop not null;
alter table audit_event
  add column commitment bytea check (octet_length(commitment) = 32),
  add column ciphertext_sha256 bytea check (octet_length(ciphertext_sha256) = 32),
  add check (num_nonnulls(envelope) = 1 or num_nonnulls(commitment, ciphertext_sha256) = 2);

-- Identifiers of requests are found by their hash, in a third of the room.
drop index audit_event_by_request;
create index audit_event_by_request on audit_event using hash (request_id);

-- Windows as bytes instead of JSON, whose numbers take four times the room. Older ones are packed when something is added to them.
alter table telemetry_window alter column aggregate drop not null;
alter table telemetry_window add column packed bytea, add check (num_nonnulls(aggregate, packed) = 1);
-- Most have under two kilobytes: beside their keys rather than in a table of their own.
alter table telemetry_window alter column packed set storage main;
grant update (packed) on telemetry_window to afterai_app;

-- The primary key holds all of a window's names already; the feed needs the first of them, and sorts the few windows of one hour.
drop index telemetry_window_feed;
create index telemetry_window_feed on telemetry_window (tenant_id, system_id, hour, environment);
