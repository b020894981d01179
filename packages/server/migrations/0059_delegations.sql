-- Whoever a policy names may have another approve in their place, until an instant. It gives nobody a permission.
create table delegation (
  tenant_id    uuid not null references tenant on delete cascade,
  id           uuid not null,
  from_id      uuid not null,
  from_name    text,
  to_id        uuid not null,
  to_name      text,
  reason       text not null,
  delegated_at timestamptz not null default now(),
  until        timestamptz not null,
  ended_at     timestamptz,
  ended_by     uuid,
  ended_by_name text,
  primary key (tenant_id, id),
  check (from_id <> to_id)
);
create index delegation_to on delegation (tenant_id, to_id, until);
alter table delegation enable row level security;
create policy own on delegation to afterai_app using (tenant_id = current_tenant());
grant select, insert, update (ended_at, ended_by, ended_by_name) on delegation to afterai_app;

-- In whose place an approver gave their verdict; null for their own.
alter table approval add column on_behalf_of uuid, add column on_behalf_of_name text;
