-- Keys of a tenant, each wrapped by the instance's master key. An epoch is deleted to erase at once all that it wraps.
create table tenant_key (
  tenant_id  uuid not null references tenant,
  purpose    text not null check (purpose in ('prompt_digest', 'record')),
  epoch      integer not null,
  wrapped    bytea not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, purpose, epoch)
);
alter table tenant_key enable row level security;
create policy own on tenant_key to afterai_app using (tenant_id = current_tenant());
grant select, insert on tenant_key to afterai_app;
