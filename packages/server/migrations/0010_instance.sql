-- One row: which keys this database belongs to, as a digest that tells nothing of them.
create table instance (
  only_one        boolean primary key default true check (only_one),
  key_fingerprint text not null,
  created_at      timestamptz not null default now()
);
alter table instance enable row level security;

create function bound_instance() returns text
  language sql stable security definer set search_path = public, pg_temp as $$
  select key_fingerprint from instance
$$;

-- Binds the database to keys, once; answers the keys that it is bound to. Of two processes that start at once, the first binds.
create function bind_instance(fingerprint text) returns text
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into instance (key_fingerprint) values (fingerprint) on conflict do nothing;
  return (select key_fingerprint from instance);
end $$;
revoke execute on function bound_instance(), bind_instance(text) from public;
