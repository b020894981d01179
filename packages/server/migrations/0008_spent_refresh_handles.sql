-- Every refresh handle that was ever spent is known as spent, so that a copy of any age ends its session (P3.2).
create table spent_refresh (
  tenant_id  uuid not null,
  session_id uuid not null,
  hash       bytea not null,
  spent_at   timestamptz not null default now(),
  primary key (tenant_id, session_id, hash),
  foreign key (tenant_id, session_id) references session on delete cascade
);
create index spent_refresh_by_hash on spent_refresh (hash);
alter table spent_refresh enable row level security;
create policy own on spent_refresh to afterai_app using (tenant_id = current_tenant());
grant select, insert on spent_refresh to afterai_app;

insert into spent_refresh (tenant_id, session_id, hash)
  select tenant_id, id, previous_refresh_hash from session where previous_refresh_hash is not null;

create or replace function find_refresh(hash bytea) returns table (
    tenant_id uuid, session_id uuid, reused boolean)
  language sql stable security definer set search_path = public, pg_temp as $$
  select s.tenant_id, s.id, false from session s where s.refresh_hash = find_refresh.hash
  union all
  select p.tenant_id, p.session_id, true from spent_refresh p where p.hash = find_refresh.hash
$$;
