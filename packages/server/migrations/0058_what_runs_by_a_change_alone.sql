-- A model that was served before and is served again, alone, has come back (ADR 0045): which change told of it last and when, since when
-- it has been seen without the others, and in how many hours.
alter table served_identity add column returned_at timestamptz;
alter table served_identity add column return_change_id uuid;
alter table served_identity add column apart_since timestamptz;
alter table served_identity add column apart_hours integer not null default 0;
grant update (returned_at, return_change_id, apart_since, apart_hours) on served_identity to afterai_app;

-- What a provider serves, and what has no configuration, runs by its change alone: no run of the environment tells of it. Changes that
-- are older than this have no standing of their own, so that nothing turns overdue by an upgrade.
alter table change add column stands_alone boolean not null default false;
-- When it ceased to run, where no run tells, and the change that went back on it.
alter table change add column ended_at timestamptz;
alter table change add column undone_by uuid;
grant update (ended_at, undone_by) on change to afterai_app;
create index change_standing_alone on change (tenant_id, system_id, environment) where stands_alone;
create index change_undone_by on change (tenant_id, undone_by) where undone_by is not null;

-- The standing of each that was told last, as told_standing is of environments.
create table told_change (
  tenant_id uuid not null,
  change_id uuid not null,
  standing  text not null,
  told_at   timestamptz not null default now(),
  -- A mail about it is still to be sent.
  mail_due  boolean not null default false,
  primary key (tenant_id, change_id),
  foreign key (tenant_id, change_id) references change
);
alter table told_change enable row level security;
create policy own on told_change to afterai_app using (tenant_id = current_tenant());
grant select, insert, update (standing, told_at, mail_due) on told_change to afterai_app;

-- The sample goes with what is new here, too.
create or replace function remove_sample_tenant(wanted uuid) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
declare name text;
begin
  if not exists (select from tenant where id = wanted and sample) then
    return false;
  end if;
  foreach name in array array['condition_finding', 'emergency', 'envelope', 'closure', 'verification', 'told_standing', 'told_change', 'change_policy', 'accepted_baseline', 'run', 'record_section', 'record',
    'approval', 'decision', 'assessment', 'evaluation_plan', 'evaluation', 'observation', 'change', 'environment', 'configuration', 'system', 'ledger_outbox',
    'ledger_refused', 'ledger_checkpoint', 'ledger_tile', 'ledger_entry', 'ledger_log', 'tenant_key', 'idempotency', 'audit_event', 'api_key',
    'session', 'invitation'] loop
    execute format('delete from %I where tenant_id = $1', name) using wanted;
  end loop;
  delete from membership where tenant_id = wanted;
  -- The sample's own people have no other tenant; whoever else was let in keeps their account.
  delete from account where email like '%@sample.invalid';
  delete from tenant where id = wanted;
  return true;
end $$;
