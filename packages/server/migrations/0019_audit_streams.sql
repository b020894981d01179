-- Where a tenant's audit events are sent besides: to a SIEM. Each destination has a cursor into the tenant's log, whose
-- indices are given one after the other at integration, so that an event whose transaction commits late is never passed over.
create table audit_stream (
  tenant_id         uuid not null references tenant on delete cascade,
  id                uuid not null,
  name              text not null,
  kind              text not null check (kind in ('syslog', 'webhook')),
  -- What may be shown of where it leads: scheme, host and port. All of it is in `sealed`, under the tenant's key.
  endpoint          text not null,
  sealed            bytea not null,
  created_by        uuid not null,
  created_at        timestamptz not null default now(),
  paused_at         timestamptz,
  -- The index of the first entry that isn't delivered.
  next_index        bigint not null check (next_index >= 0),
  delivered         bigint not null default 0,
  last_delivered_at timestamptz,
  -- In a row; since the last delivery.
  failures          integer not null default 0,
  last_error        text,
  last_error_at     timestamptz,
  retry_at          timestamptz not null default now(),
  -- The process that sends now. When the time is over without a word of it, another may.
  lease_holder      uuid,
  lease_until       timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, name)
);
create index audit_stream_due on audit_stream (retry_at) where paused_at is null;
alter table audit_stream enable row level security;
create policy own on audit_stream to afterai_app using (tenant_id = current_tenant());
grant select, insert, delete,
  update (paused_at, next_index, delivered, last_delivered_at, failures, last_error, last_error_at, retry_at, lease_holder, lease_until)
  on audit_stream to afterai_app;

-- Which destinations there are to look after, and how far each is: the one question that is asked across tenants.
-- The role that moves the logs asks it, not the one that answers requests.
create policy look_after on audit_stream for select to afterai_sequencer using (true);
grant select (tenant_id, id, paused_at, next_index, failures, retry_at, lease_holder, lease_until) on audit_stream to afterai_sequencer;
