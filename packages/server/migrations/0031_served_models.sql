-- What systems ask for and what they get (ADR 0018).

-- One row for each model that a system's environment asks for. Its lock orders what is learned about it.
create table served_model (
  tenant_id       uuid not null,
  id              uuid not null,
  system_id       uuid not null,
  environment     text not null,
  provider        text not null,
  requested_model text not null,
  first_seen_at   timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, system_id, environment, provider, requested_model),
  foreign key (tenant_id, system_id) references system on delete cascade
);

-- Each identity that was served for it. '' stands for a fingerprint that the provider didn't give.
create table served_identity (
  tenant_id          uuid not null,
  served_model_id    uuid not null,
  served_name        text not null,
  system_fingerprint text not null,
  baseline           boolean not null,
  change_id          uuid,
  first_seen_at      timestamptz not null,
  last_seen_at       timestamptz not null,
  primary key (tenant_id, served_model_id, served_name, system_fingerprint),
  foreign key (tenant_id, served_model_id) references served_model on delete cascade
);

-- What a route of a system was seen to run with: values of its facets, each with the whole configuration that showed it first.
create table route_profile (
  tenant_id         uuid not null,
  id                uuid not null,
  system_id         uuid not null,
  environment       text not null,
  route             text not null,
  learning_until    timestamptz not null,
  latest            jsonb not null,
  volatile_facets   text[] not null default '{}',
  primary key (tenant_id, id),
  unique (tenant_id, system_id, environment, route),
  foreign key (tenant_id, system_id) references system on delete cascade
);

create table route_facet (
  tenant_id     uuid not null,
  profile_id    uuid not null,
  facet         text not null check (facet in ('model', 'inference', 'prompts', 'tools')),
  value         text not null,
  change_id     uuid,
  first_seen_at timestamptz not null default now(),
  primary key (tenant_id, profile_id, facet, value),
  foreign key (tenant_id, profile_id) references route_profile on delete cascade
);

do $$
declare name text;
begin
  foreach name in array array['served_model', 'served_identity', 'route_profile', 'route_facet'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy own on %I to afterai_app using (tenant_id = current_tenant())', name);
    execute format('grant select, insert on %I to afterai_app', name);
  end loop;
end $$;
grant update (last_seen_at) on served_identity to afterai_app;
grant update (latest, volatile_facets) on route_profile to afterai_app;
-- For `select … for update` of the rows that order what is learned.
grant update (first_seen_at) on served_model to afterai_app;
