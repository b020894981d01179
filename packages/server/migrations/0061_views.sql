-- How pages look to a member, and the views that members keep. Neither says anything of a system.
create table member_preference (
  tenant_id   uuid not null,
  account_id  uuid not null,
  preferences jsonb not null,
  primary key (tenant_id, account_id),
  foreign key (tenant_id, account_id) references membership on delete cascade
);
alter table member_preference enable row level security;
create policy own on member_preference to afterai_app using (tenant_id = current_tenant());
grant select, insert, update (preferences) on member_preference to afterai_app;

create table saved_view (
  tenant_id   uuid not null references tenant on delete cascade,
  id          uuid not null,
  author_id   uuid not null,
  author_name text,
  name        text not null,
  query       text not null,
  columns     text[] not null,
  density     text not null,
  shared      boolean not null,
  primary key (tenant_id, id)
);
create index saved_view_by_author on saved_view (tenant_id, author_id);
alter table saved_view enable row level security;
create policy own on saved_view to afterai_app using (tenant_id = current_tenant());
grant select, insert, delete, update (name, query, columns, density, shared) on saved_view to afterai_app;

-- What somebody shared stays when they go; what was theirs alone goes with them.
create function forget_views() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
  delete from saved_view where tenant_id = old.tenant_id and author_id = old.account_id and not shared;
  return null;
end $$;
create trigger forget_views after delete on membership for each row execute function forget_views();
