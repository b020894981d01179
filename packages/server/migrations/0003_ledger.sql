-- One append-only Merkle log per tenant (RFC 6962), and the queue that feeds it.
-- The queue is emptied into the log by the sequencer (ADR 0004); the log's own tables are insert-only for every role.

create table ledger_log (
  tenant_id  uuid primary key references tenant,
  origin     text not null unique,
  created_at timestamptz not null default now()
);

create table ledger_outbox (
  id                bigint generated always as identity primary key,
  tenant_id         uuid not null references ledger_log,
  entry_id          uuid not null unique,
  entry             bytea not null check (octet_length(entry) < 65535),
  producer_id       text not null,
  producer_sequence bigint not null
);
create index ledger_outbox_by_log on ledger_outbox (tenant_id, id);

create table ledger_entry (
  tenant_id         uuid not null references ledger_log,
  idx               bigint not null check (idx >= 0),
  entry_id          uuid not null unique,
  entry             bytea not null,
  leaf_hash         bytea not null check (leaf_hash = sha256('\x00'::bytea || entry)),
  producer_id       text not null,
  producer_sequence bigint not null,
  integrated_at     timestamptz not null default now(),
  primary key (tenant_id, idx),
  unique (tenant_id, producer_id, producer_sequence)
);

-- Full tiles alone: 256 hashes, one after the other, and the root over them.
create table ledger_tile (
  tenant_id uuid not null references ledger_log,
  level     smallint not null check (level between 0 and 7),
  idx       bigint not null check (idx >= 0),
  hashes    bytea not null check (octet_length(hashes) = 256 * 32),
  root      bytea not null check (octet_length(root) = 32),
  primary key (tenant_id, level, idx)
);

create table ledger_checkpoint (
  tenant_id  uuid not null references ledger_log,
  size       bigint not null check (size >= 0),
  root       bytea not null check (octet_length(root) = 32),
  note       text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, size)
);

-- A tenant that is labelled as a sample may be removed as a whole; nothing else ever is.
create function refuse_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and exists (select from tenant where id = old.tenant_id and sample) then
    return old;
  end if;
  raise exception 'the ledger is append-only: % of % is refused', tg_op, tg_table_name using errcode = 'restrict_violation';
end $$;

do $$
declare name text;
begin
  foreach name in array array['ledger_log', 'ledger_entry', 'ledger_tile', 'ledger_checkpoint'] loop
    execute format('create trigger append_only before update or delete on %I for each row execute function refuse_change()', name);
    execute format('create trigger no_truncate before truncate on %I for each statement execute function refuse_change()', name);
    execute format('alter table %I enable always trigger append_only', name);
    execute format('alter table %I enable always trigger no_truncate', name);
  end loop;
  foreach name in array array['ledger_log', 'ledger_outbox', 'ledger_entry', 'ledger_tile', 'ledger_checkpoint'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy own on %I to afterai_app using (tenant_id = current_tenant())', name);
    execute format('create policy sequence on %I to afterai_sequencer using (true)', name);
    execute format('grant select on %I to afterai_app, afterai_sequencer', name);
  end loop;
end $$;

-- Rows of the queue leave it by the sequencer's delete alone; none is ever changed on its way.
create trigger no_change before update or truncate on ledger_outbox for each statement execute function refuse_change();
alter table ledger_outbox enable always trigger no_change;

grant insert on ledger_log, ledger_outbox to afterai_app;
grant delete on ledger_outbox to afterai_sequencer;
grant insert on ledger_entry, ledger_tile, ledger_checkpoint to afterai_sequencer;
