-- Decisions, the approvals that bind to the evidence they saw, and the records they are sealed in.

create table decision (
  tenant_id       uuid not null,
  id              uuid not null,
  change_id       uuid not null,
  status          text not null check (status in ('proposed', 'approved', 'rejected')),
  proposal        jsonb not null,
  assessment_ids  uuid[] not null check (cardinality(assessment_ids) > 0),
  evidence_digest text not null,
  author_id       uuid not null,
  author_name     text not null,
  proposed_at     timestamptz not null default now(),
  settled_at      timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, change_id) references change
);
create unique index decision_open on decision (tenant_id, change_id) where status = 'proposed';
create index decision_by_change on decision (tenant_id, change_id, id desc);

create table approval (
  tenant_id       uuid not null,
  decision_id     uuid not null,
  approver_id     uuid not null,
  approver_name   text not null,
  verdict         text not null check (verdict in ('approve', 'reject')),
  comment         text,
  evidence_digest text not null,
  at              timestamptz not null default now(),
  primary key (tenant_id, decision_id, approver_id),
  foreign key (tenant_id, decision_id) references decision
);

create table record (
  tenant_id   uuid not null,
  id          uuid not null,
  change_id   uuid not null,
  decision_id uuid not null,
  verdict     text not null,
  risk_level  text,
  envelope    bytea not null,
  supersedes  uuid,
  sealed_at   timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, decision_id),
  foreign key (tenant_id, change_id) references change,
  foreign key (tenant_id, decision_id) references decision,
  foreign key (tenant_id, supersedes) references record
);

-- A sealed part of a record. `wrapped_secrets` holds its data key and salt under the tenant's key: without them it is erased.
create table record_section (
  tenant_id         uuid not null,
  record_id         uuid not null,
  name              text not null,
  commitment        text not null,
  ciphertext_sha256 text not null,
  ciphertext        bytea not null,
  wrapped_secrets   bytea not null,
  primary key (tenant_id, record_id, name),
  foreign key (tenant_id, record_id) references record
);

alter table decision enable row level security;
alter table approval enable row level security;
alter table record enable row level security;
alter table record_section enable row level security;
create policy own on decision to afterai_app using (tenant_id = current_tenant());
create policy own on approval to afterai_app using (tenant_id = current_tenant());
create policy own on record to afterai_app using (tenant_id = current_tenant());
create policy own on record_section to afterai_app using (tenant_id = current_tenant());
grant select, insert, update (status, settled_at) on decision to afterai_app;
grant select, insert on approval, record, record_section to afterai_app;
