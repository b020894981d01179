-- What an operator has accepted of a log that went back or was changed: a signed envelope, so that no writer of rows can accept anything.
create table ledger_acceptance (
  tenant_id   uuid not null references ledger_log,
  id          uuid not null,
  accepted_at timestamptz not null,
  envelope    bytea not null check (octet_length(envelope) < 1048576),
  primary key (tenant_id, id)
);

create trigger append_only before update or delete on ledger_acceptance for each row execute function refuse_change();
create trigger no_truncate before truncate on ledger_acceptance for each statement execute function refuse_change();
alter table ledger_acceptance enable always trigger append_only;
alter table ledger_acceptance enable always trigger no_truncate;
alter table ledger_acceptance enable row level security;
create policy own on ledger_acceptance to afterai_app using (tenant_id = current_tenant());
create policy sequence on ledger_acceptance to afterai_sequencer using (true);
grant select, insert on ledger_acceptance to afterai_app;
grant select on ledger_acceptance to afterai_sequencer;
