-- Which releases this schema still serves. A migration that takes away what older releases use raises it, so that those refuse to start.
create table schema_requirement (
  only_one       boolean primary key default true check (only_one),
  oldest_release text not null
);
alter table schema_requirement enable row level security;
insert into schema_requirement (oldest_release) values ('0.1.0');

create function oldest_release() returns text
  language sql stable security definer set search_path = public, pg_temp as $$
  select oldest_release from schema_requirement
$$;
revoke execute on function oldest_release() from public;
