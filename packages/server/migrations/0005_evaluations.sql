-- Imported evaluations (numbers, ids and short names, no free text) and the assessments made of them.
-- A run holds every case and may be large: what lists show of it stands beside it.

create table evaluation (
  tenant_id     uuid not null references tenant,
  id            uuid not null,
  system_id     uuid,
  label         text,
  format        text not null,
  selection     text,
  source_digest text not null,
  size_bytes    bigint not null,
  cases         integer not null,
  errors        integer not null,
  metrics       jsonb not null,
  dropped       jsonb not null,
  digested_identifiers integer not null,
  run           jsonb not null,
  run_digest    text not null,
  imported_by   uuid not null,
  created_at    timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, system_id) references system
);

create table assessment (
  tenant_id     uuid not null,
  id            uuid not null,
  change_id     uuid not null,
  change_digest text not null,
  baseline_id   uuid not null,
  candidate_id  uuid not null,
  plan          jsonb not null,
  result        jsonb not null,
  verdict       text not null,
  digest        text not null,
  author_id     uuid not null,
  created_at    timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, change_id) references change,
  foreign key (tenant_id, baseline_id) references evaluation,
  foreign key (tenant_id, candidate_id) references evaluation
);
create index assessment_by_change on assessment (tenant_id, change_id, id desc);

alter table evaluation enable row level security;
alter table assessment enable row level security;
create policy own on evaluation to afterai_app using (tenant_id = current_tenant());
create policy own on assessment to afterai_app using (tenant_id = current_tenant());
grant select, insert on evaluation, assessment to afterai_app;
