-- What may run: which configuration each record rules on, what people accept as it runs, and the rules by which changes are decided.

-- A record rules on the configuration after its change. It takes that from the change and the decision themselves, so that no release,
-- and no code, can seal a record that says something else.
alter table record
  add column system_id uuid, add column environment text, add column fingerprint text, add column decision text, add column review_by date;
create function record_ruling() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  select c.system_id, c.environment, c.fingerprint_after, d.proposal ->> 'decision', (d.proposal ->> 'reviewBy')::date
    into strict new.system_id, new.environment, new.fingerprint, new.decision, new.review_by
    from change c join decision d on d.tenant_id = c.tenant_id and d.change_id = c.id
    where c.tenant_id = new.tenant_id and c.id = new.change_id and d.id = new.decision_id;
  return new;
end $$;
create trigger ruling before insert on record for each row execute function record_ruling();
update record set system_id = c.system_id, environment = c.environment, fingerprint = c.fingerprint_after,
    decision = d.proposal ->> 'decision', review_by = (d.proposal ->> 'reviewBy')::date
  from change c, decision d
  where c.tenant_id = record.tenant_id and c.id = record.change_id and d.tenant_id = record.tenant_id and d.id = record.decision_id;
create index record_by_configuration on record (tenant_id, system_id, environment, fingerprint, sealed_at desc, id desc);
create index record_by_environment on record (tenant_id, system_id, environment, sealed_at desc, id desc);
create index record_by_change on record (tenant_id, change_id, sealed_at desc);

-- What a person accepts as it runs, without a change that was decided: what ran first, or before AfterAI.
create table accepted_baseline (
  tenant_id   uuid not null,
  id          uuid not null,
  system_id   uuid not null,
  environment text not null,
  fingerprint text not null,
  reason      text not null,
  accepted_at timestamptz not null default now(),
  -- Null for what ran when AfterAI began to ask.
  accepted_by uuid,
  accepted_by_name  text,
  accepted_by_email text,
  primary key (tenant_id, id),
  foreign key (tenant_id, system_id) references system,
  foreign key (tenant_id, fingerprint) references configuration
);
create index accepted_baseline_by_configuration
  on accepted_baseline (tenant_id, system_id, environment, fingerprint, accepted_at desc, id desc);
alter table accepted_baseline enable row level security;
create policy own on accepted_baseline to afterai_app using (tenant_id = current_tenant());
grant select, insert on accepted_baseline to afterai_app;
insert into accepted_baseline (tenant_id, id, system_id, environment, fingerprint, reason)
  select tenant_id, gen_random_uuid(), system_id, name, fingerprint, 'It ran when AfterAI began to ask what may run.' from environment;

-- The rules by which changes are decided: of the tenant, of an environment, of a system, or of both; each version stays.
create table change_policy (
  tenant_id   uuid not null,
  id          uuid not null,
  system_id   uuid,
  environment text,
  version     integer not null,
  rules       jsonb not null,
  reason      text not null,
  set_at      timestamptz not null default now(),
  set_by      uuid not null,
  set_by_name text,
  primary key (tenant_id, id),
  foreign key (tenant_id, system_id) references system
);
create unique index change_policy_version on change_policy (tenant_id, system_id, environment, version desc) nulls not distinct;
alter table change_policy enable row level security;
create policy own on change_policy to afterai_app using (tenant_id = current_tenant());
grant select, insert on change_policy to afterai_app;

-- A decision keeps the rule that it is taken under; null is the rule that was the only one before.
alter table decision add column rule jsonb;
-- Where the rule lets it be, a decision rests on no assessment, and says so.
alter table decision drop constraint decision_assessment_ids_check;

-- What was told last of each environment, so that each turn for the worse is told once.
create table told_standing (
  tenant_id   uuid not null,
  system_id   uuid not null,
  environment text not null,
  standing    text not null,
  run_id      uuid not null,
  told_at     timestamptz not null default now(),
  -- A mail about it is still to be sent.
  mail_due    boolean not null default false,
  primary key (tenant_id, system_id, environment),
  foreign key (tenant_id, system_id) references system
);
alter table told_standing enable row level security;
create policy own on told_standing to afterai_app using (tenant_id = current_tenant());
grant select, insert, update (standing, run_id, told_at, mail_due) on told_standing to afterai_app;

-- How the life of a change ended.
create table closure (
  tenant_id   uuid not null,
  change_id   uuid not null,
  code        text not null,
  notes       text,
  facts       jsonb not null,
  closed_at   timestamptz not null default now(),
  closed_by   uuid not null,
  closed_by_name  text,
  closed_by_email text,
  primary key (tenant_id, change_id),
  foreign key (tenant_id, change_id) references change
);
alter table closure enable row level security;
create policy own on closure to afterai_app using (tenant_id = current_tenant());
grant select, insert on closure to afterai_app;

-- When AfterAI learnt of a run.
alter table run add column known_at timestamptz not null default now();
update run set known_at = started_at;

-- Where several must agree, who agreed on evidence that has changed since may agree again.
alter table approval drop constraint approval_pkey, add primary key (tenant_id, decision_id, approver_id, evidence_digest);

-- Who said that a change runs: one of the three who may have to be three.
alter table change add column implemented_by uuid;
grant update (implemented_by) on change to afterai_app;

-- Plans that ran, for what is asked of a time before they did.
create index change_implemented on change (tenant_id, system_id, environment, implemented_at)
  where intent = 'proposed' and implemented_at is not null and status <> 'dismissed';

-- That what runs does what it was decided for: who found that, and on what.
create table verification (
  tenant_id     uuid not null,
  change_id     uuid not null,
  outcome       text not null check (outcome in ('verified', 'failed')),
  evidence      text not null,
  assessment_id uuid,
  verified_at   timestamptz not null default now(),
  verified_by   uuid not null,
  verified_by_name text,
  primary key (tenant_id, change_id),
  foreign key (tenant_id, change_id) references change,
  foreign key (tenant_id, assessment_id) references assessment
);
alter table verification enable row level security;
create policy own on verification to afterai_app using (tenant_id = current_tenant());
grant select, insert on verification to afterai_app;

-- The sample goes with what is new here, too.
create or replace function remove_sample_tenant(wanted uuid) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
declare name text;
begin
  if not exists (select from tenant where id = wanted and sample) then
    return false;
  end if;
  foreach name in array array['condition_finding', 'emergency', 'envelope', 'closure', 'verification', 'told_standing', 'change_policy', 'accepted_baseline', 'run', 'record_section', 'record',
    'approval', 'decision', 'assessment', 'evaluation', 'observation', 'change', 'environment', 'configuration', 'system', 'ledger_outbox',
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

-- What became of the conditions of a record: found broken by telemetry, or looked at by a person. A broken one reopens the decision.
create table condition_finding (
  tenant_id  uuid not null,
  id         uuid not null,
  record_id  uuid not null,
  condition  text not null,
  outcome    text not null check (outcome in ('met', 'broken')),
  note       text not null,
  found_at   timestamptz not null default now(),
  -- Null for what telemetry showed.
  found_by   uuid,
  found_by_name text,
  primary key (tenant_id, id),
  foreign key (tenant_id, record_id) references record
);
create index condition_finding_by_record on condition_finding (tenant_id, record_id, found_at);
alter table condition_finding enable row level security;
create policy own on condition_finding to afterai_app using (tenant_id = current_tenant());
grant select, insert on condition_finding to afterai_app;

-- A change that had to run before it could be decided.
create table emergency (
  tenant_id   uuid not null,
  change_id   uuid not null,
  reason      text not null,
  within_hours integer not null,
  declared_at timestamptz not null default now(),
  declared_by uuid not null,
  declared_by_name text,
  primary key (tenant_id, change_id),
  foreign key (tenant_id, change_id) references change
);
alter table emergency enable row level security;
create policy own on emergency to afterai_app using (tenant_id = current_tenant());
grant select, insert on emergency to afterai_app;
grant update (change_class) on change to afterai_app;

-- Standard changes: which differences need no decision of their own, where and until when. One proposes, another approves.
create table envelope (
  tenant_id    uuid not null,
  id           uuid not null,
  title        text not null,
  system_id    uuid,
  terms        jsonb not null,
  proposed_at  timestamptz not null default now(),
  proposed_by  uuid not null,
  proposed_by_name text,
  approved_at  timestamptz,
  approved_by  uuid,
  approved_by_name text,
  revoked_at   timestamptz,
  revoked_by   uuid,
  primary key (tenant_id, id),
  foreign key (tenant_id, system_id) references system
);
alter table envelope enable row level security;
create policy own on envelope to afterai_app using (tenant_id = current_tenant());
grant select, insert, update (approved_at, approved_by, approved_by_name, revoked_at, revoked_by) on envelope to afterai_app;
