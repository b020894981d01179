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
