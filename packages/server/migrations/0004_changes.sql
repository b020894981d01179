-- Systems, what they run with, and the changes between.

create table system (
  tenant_id  uuid not null references tenant,
  id         uuid not null,
  name       text not null,
  title      text,
  owner      text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, name)
);

-- Content-addressed: the same metadata has the same fingerprint, and is kept once.
create table configuration (
  tenant_id     uuid not null references tenant,
  fingerprint   text not null,
  content       jsonb not null,
  first_seen_at timestamptz not null default now(),
  primary key (tenant_id, fingerprint)
);

-- What an environment runs with now.
create table environment (
  tenant_id     uuid not null,
  system_id     uuid not null,
  name          text not null,
  fingerprint   text not null,
  changed_at    timestamptz not null,
  first_seen_at timestamptz not null,
  last_seen_at  timestamptz not null,
  primary key (tenant_id, system_id, name),
  foreign key (tenant_id, system_id) references system,
  foreign key (tenant_id, fingerprint) references configuration
);

create table change (
  tenant_id          uuid not null,
  id                 uuid not null,
  system_id          uuid not null,
  environment        text not null,
  status             text not null check (status in ('pending', 'confirmed', 'dismissed')),
  change_types       text[] not null check (cardinality(change_types) > 0),
  intent             text not null check (intent in ('proposed', 'implemented', 'observed', 'rolled_back')),
  change_class       text not null check (change_class in ('standard', 'normal', 'emergency')),
  title              text not null,
  origin             text not null,
  revision           text,
  fingerprint_before text,
  fingerprint_after  text,
  change_fingerprint text not null,
  delta              jsonb not null,
  risk               jsonb,
  author_id          uuid not null,
  status_reason      text,
  observations       integer not null default 1,
  opened_at          timestamptz not null default now(),
  updated_at         timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, system_id) references system,
  foreign key (tenant_id, fingerprint_before) references configuration,
  foreign key (tenant_id, fingerprint_after) references configuration
);
create unique index change_open on change (tenant_id, change_fingerprint) where status = 'pending';
create index change_by_system on change (tenant_id, system_id, id desc);

create table observation (
  tenant_id   uuid not null,
  id          uuid not null,
  system_id   uuid not null,
  environment text not null,
  fingerprint text not null,
  outcome     text not null check (outcome in ('baseline', 'unchanged', 'changed', 'late')),
  change_id   uuid,
  origin      text not null,
  revision    text,
  observed_at timestamptz not null,
  received_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index observation_by_environment on observation (tenant_id, system_id, environment, fingerprint);

alter table system enable row level security;
alter table configuration enable row level security;
alter table environment enable row level security;
alter table change enable row level security;
alter table observation enable row level security;
create policy own on system to afterai_app using (tenant_id = current_tenant());
create policy own on configuration to afterai_app using (tenant_id = current_tenant());
create policy own on environment to afterai_app using (tenant_id = current_tenant());
create policy own on change to afterai_app using (tenant_id = current_tenant());
create policy own on observation to afterai_app using (tenant_id = current_tenant());
grant select, insert on system, configuration, observation to afterai_app;
grant select, insert, update (fingerprint, changed_at, last_seen_at) on environment to afterai_app;
grant select, insert, update (status, status_reason, risk, observations, updated_at) on change to afterai_app;
