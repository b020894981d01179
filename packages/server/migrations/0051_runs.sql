-- What each environment ran with, from when on: the sightings of it in their order, without those that tell the same as the one before.
create table run (
  tenant_id   uuid not null,
  id          uuid not null,
  system_id   uuid not null,
  environment text not null,
  fingerprint text not null,
  started_at  timestamptz not null,
  change_id   uuid,
  primary key (tenant_id, id),
  foreign key (tenant_id, system_id) references system,
  foreign key (tenant_id, fingerprint) references configuration
);
create unique index run_by_time on run (tenant_id, system_id, environment, started_at, fingerprint);
create index run_by_fingerprint on run (tenant_id, system_id, environment, fingerprint, started_at);
create index run_by_change on run (tenant_id, change_id) where change_id is not null;
alter table run enable row level security;
create policy own on run to afterai_app using (tenant_id = current_tenant());
grant select, insert, update (started_at, change_id) on run to afterai_app;

-- When a configuration was seen next is read by this.
drop index observation_by_environment;
create index observation_by_environment on observation (tenant_id, system_id, environment, fingerprint, observed_at);

grant update (first_seen_at) on environment to afterai_app;

-- When what a change says began to run, and by which revision; null for what didn't run yet.
alter table change add column implemented_at timestamptz, add column implemented_revision text;
grant update (implemented_at, implemented_revision, fingerprint_before, change_fingerprint, delta, change_types, title) on change to afterai_app;
-- What ran is a change of its own each time; what is described or planned is one until somebody settles it.
drop index change_open;
create unique index change_open on change (tenant_id, change_fingerprint) where status = 'pending' and implemented_at is null;
create index change_planned on change (tenant_id, system_id, environment, id desc)
  where intent = 'proposed' and implemented_at is null and status <> 'dismissed';

insert into run (tenant_id, id, system_id, environment, fingerprint, started_at)
  select tenant_id, gen_random_uuid(), system_id, environment, fingerprint, observed_at
  from (
    select *, lag(fingerprint) over (partition by tenant_id, system_id, environment order by observed_at, fingerprint) as before
    from observation
  ) as it
  where before is distinct from fingerprint
  on conflict do nothing;
-- Each change is of the first run that it was opened for; the others stay without: nothing opens by itself.
with opened as (
  select distinct on (o.tenant_id, o.change_id) o.tenant_id, o.change_id, r.id
  from observation o
  join run r on r.tenant_id = o.tenant_id and r.system_id = o.system_id and r.environment = o.environment
    and r.fingerprint = o.fingerprint and r.started_at = o.observed_at
  where o.change_id is not null
  order by o.tenant_id, o.change_id, o.observed_at
)
update run set change_id = opened.change_id from opened where run.tenant_id = opened.tenant_id and run.id = opened.id;
update change set implemented_at = run.started_at from run
  where run.tenant_id = change.tenant_id and run.change_id = change.id;
-- What runs now is the last of them.
update environment set fingerprint = last.fingerprint, changed_at = last.started_at
  from (
    select distinct on (tenant_id, system_id, environment) * from run
    order by tenant_id, system_id, environment, started_at desc, fingerprint desc
  ) as last
  where environment.tenant_id = last.tenant_id and environment.system_id = last.system_id and environment.name = last.environment
    and (environment.fingerprint, environment.changed_at) is distinct from (last.fingerprint, last.started_at);
