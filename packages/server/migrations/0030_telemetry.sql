-- Telemetry: aggregates of hours, the processes that report, what was dropped at the edge, and receipts that make a batch count once.

-- A batch that was taken in: by boot id and number, by Idempotency-Key, or by its body. Kept for 7 days.
create table telemetry_receipt (
  tenant_id   uuid not null references tenant on delete cascade,
  key         bytea not null check (octet_length(key) = 32),
  digest      bytea not null check (octet_length(digest) = 32),
  received_at timestamptz not null default now(),
  primary key (tenant_id, key)
);
create index telemetry_receipt_by_age on telemetry_receipt (tenant_id, received_at);

create table telemetry_client (
  tenant_id     uuid not null references tenant on delete cascade,
  boot_id       uuid not null,
  account_id    uuid not null,
  batches       bigint not null,
  last_sequence bigint not null,
  events        bigint not null,
  dropped       bigint not null,
  first_seen_at timestamptz not null default now(),
  last_seen_at  timestamptz not null default now(),
  primary key (tenant_id, boot_id)
);
create index telemetry_client_feed on telemetry_client (tenant_id, last_seen_at desc, boot_id desc);

-- Mergeable (packages/evidence/src/aggregate): sums, counts and sketches, never a value of its own.
create table telemetry_window (
  tenant_id     uuid not null,
  system_id     uuid not null,
  environment   text not null,
  fingerprint   text not null,
  route         text not null,
  source        text not null check (source in ('calls', 'metrics')),
  hour          timestamptz not null,
  aggregate     jsonb not null,
  price_version text,
  updated_at    timestamptz not null default now(),
  primary key (tenant_id, system_id, environment, hour, fingerprint, route, source),
  foreign key (tenant_id, system_id) references system on delete cascade
);

-- Names come from a closed list of the server's: what a client sends never becomes one.
create table telemetry_dropped (
  tenant_id    uuid not null references tenant on delete cascade,
  door         text not null,
  name         text not null,
  count        bigint not null,
  last_seen_at timestamptz not null default now(),
  primary key (tenant_id, door, name)
);

-- Distinct fingerprints and routes of a system's environment, and systems that made themselves known; limits count these.
create table telemetry_dimension (
  tenant_id  uuid not null references tenant on delete cascade,
  kind       text not null check (kind in ('system', 'fingerprint', 'route')),
  scope      text not null,
  value      text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, kind, scope, value)
);

do $$
declare name text;
begin
  foreach name in array array['telemetry_receipt', 'telemetry_client', 'telemetry_window', 'telemetry_dropped',
    'telemetry_dimension'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy own on %I to afterai_app using (tenant_id = current_tenant())', name);
    execute format('grant select, insert on %I to afterai_app', name);
  end loop;
end $$;
grant delete on telemetry_receipt to afterai_app;
grant update (batches, last_sequence, events, dropped, last_seen_at) on telemetry_client to afterai_app;
grant update (aggregate, price_version, updated_at) on telemetry_window to afterai_app;
grant update (count, last_seen_at) on telemetry_dropped to afterai_app;
