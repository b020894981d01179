-- The queue is read from behind what was taken already, however many dead rows a long snapshot keeps there. Ids are given before their
-- transactions commit, so they can't say what may still come; the number of the transaction that wrote a row can (ADR 0030).
alter table ledger_outbox add column written_by bigint not null default pg_current_xact_id()::text::bigint;
create index ledger_outbox_by_transaction on ledger_outbox (tenant_id, written_by, id);
create index ledger_outbox_newest on ledger_outbox (written_by, tenant_id);
drop index ledger_outbox_by_log;
-- The database alone says which transaction it is.
create policy written_now on ledger_outbox as restrictive for insert to afterai_app
  with check (written_by = pg_current_xact_id()::text::bigint);
