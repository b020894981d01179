-- Entries that the queue held although the log has them already: the same entry id, or a producer's number for the second time.
-- They are set aside, so that neither is the log held up nor is anything lost that somebody may have to explain.
create table ledger_refused (
  id                bigint generated always as identity primary key,
  tenant_id         uuid not null references ledger_log,
  entry_id          uuid not null,
  entry             bytea not null,
  producer_id       text not null,
  producer_sequence bigint not null,
  refused_at        timestamptz not null default now()
);
create index ledger_refused_by_log on ledger_refused (tenant_id);

create trigger append_only before update or delete on ledger_refused for each row execute function refuse_change();
create trigger no_truncate before truncate on ledger_refused for each statement execute function refuse_change();
alter table ledger_refused enable always trigger append_only;
alter table ledger_refused enable always trigger no_truncate;
alter table ledger_refused enable row level security;
create policy own on ledger_refused to afterai_app using (tenant_id = current_tenant());
create policy sequence on ledger_refused to afterai_sequencer using (true);
grant select on ledger_refused to afterai_app, afterai_sequencer;
grant insert on ledger_refused to afterai_sequencer;
