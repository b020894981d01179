-- What people say of a system: who owns it, for what, under which regimes. Each version stays.
-- What is here goes with its system or change, which only the removal of the sample deletes.
create table system_card (
  tenant_id   uuid not null,
  system_id   uuid not null,
  version     integer not null,
  card        jsonb not null,
  digest      text not null,
  -- Of a person, the name that they had then.
  owner_name  text,
  set_at      timestamptz not null default now(),
  set_by      uuid not null,
  set_by_name text,
  primary key (tenant_id, system_id, version),
  foreign key (tenant_id, system_id) references system on delete cascade
);
alter table system_card enable row level security;
create policy own on system_card to afterai_app using (tenant_id = current_tenant());
grant select, insert on system_card to afterai_app;

-- Whether a change is one that a regulator would call substantial, or was determined beforehand: who says so, and why. The last one holds.
create table determination (
  tenant_id     uuid not null,
  id            uuid not null,
  change_id     uuid not null,
  determination text not null check (determination in ('substantial', 'pre_determined', 'neither')),
  reason        text not null,
  determined_at timestamptz not null default now(),
  determined_by uuid not null,
  determined_by_name text,
  primary key (tenant_id, id),
  foreign key (tenant_id, change_id) references change on delete cascade
);
create index determination_by_change on determination (tenant_id, change_id, id desc);
alter table determination enable row level security;
create policy own on determination to afterai_app using (tenant_id = current_tenant());
grant select, insert on determination to afterai_app;

-- A change that a person found to tell of the same thing as another: it is dismissed in favour of that one. The run that it began by, until it
-- was merged, is kept for what is asked of a time before.
alter table change add column merged_into uuid, add column merged_at timestamptz, add column merged_run uuid;
alter table change add constraint change_merged_elsewhere
  check (merged_into <> id and (merged_into is null) = (merged_at is null) and (merged_into is null or status = 'dismissed'));
grant update (merged_into, merged_at, merged_run) on change to afterai_app;
create index change_duplicates on change (tenant_id, merged_into) where merged_into is not null;
create index change_merged on change (tenant_id, change_fingerprint) where merged_into is not null;
create index change_merged_run on change (tenant_id, merged_run, merged_at) where merged_run is not null;
