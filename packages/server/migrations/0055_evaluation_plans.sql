-- Plans of evaluations, sealed before their results; what of an evaluation tells which cases it had, and whether it was seen before.

create table evaluation_plan (
  tenant_id  uuid not null,
  id         uuid not null,
  change_id  uuid not null,
  version    integer not null,
  terms      jsonb not null,
  digest     text not null,
  supersedes uuid,
  -- Read off the clock once the change is held: of two at once, the later version is the later one.
  sealed_at  timestamptz not null,
  sealed_by  uuid not null,
  sealed_by_name  text,
  sealed_by_email text,
  primary key (tenant_id, id),
  foreign key (tenant_id, change_id) references change,
  foreign key (tenant_id, supersedes) references evaluation_plan
);
create unique index evaluation_plan_version on evaluation_plan (tenant_id, change_id, version);
alter table evaluation_plan enable row level security;
create policy own on evaluation_plan to afterai_app using (tenant_id = current_tenant());
grant select, insert on evaluation_plan to afterai_app;

alter table evaluation
  -- Of the ids of its cases, whatever their order; null in what was imported before.
  add column case_digest text,
  -- The smallest hashes of those ids: two runs that share a good part of their cases share some of these.
  add column case_sample bigint[],
  -- Of what was measured of each case, whatever the metrics are called.
  add column results_digest text,
  -- When the file says that it was run.
  add column ran_at timestamptz,
  -- When it began to arrive: no later than that its results existed.
  add column received_at timestamptz not null default now();
update evaluation set received_at = created_at;
create index evaluation_by_system_received on evaluation (tenant_id, system_id, received_at);
create index evaluation_by_source on evaluation (tenant_id, source_digest, received_at);
create index evaluation_by_results on evaluation (tenant_id, results_digest, received_at) where results_digest is not null;
create index evaluation_by_cases on evaluation (tenant_id, case_digest, received_at) where case_digest is not null;

-- How an assessment stands to the plan of its change, and the attempts that there were; null in those of earlier releases.
alter table assessment add column under_plan jsonb;
create index assessment_by_candidate on assessment (tenant_id, candidate_id, id);

-- The sample goes with its plans, too.
create or replace function remove_sample_tenant(wanted uuid) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
declare name text;
begin
  if not exists (select from tenant where id = wanted and sample) then
    return false;
  end if;
  foreach name in array array['condition_finding', 'emergency', 'envelope', 'closure', 'verification', 'told_standing', 'change_policy', 'accepted_baseline', 'run', 'record_section', 'record',
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
