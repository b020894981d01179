-- What is remembered of spans, so that of requests around each other one counts, in whatever order and by whichever process they are taken
-- in (ADR 0023): hashes of their ids and of their parents', and as what each request was counted. A group is what one transaction took in;
-- it goes once it is ten minutes old.
create table telemetry_span_group (
  tenant_id  uuid not null references tenant on delete cascade,
  id         bigint not null generated always as identity,
  spans      bytea not null,
  taken_back bytea not null,
  places     jsonb not null,
  counted    bytea not null,
  taken_at   timestamptz not null default now(),
  primary key (tenant_id, id)
);
-- Hashes can't be packed; to try costs more than the writing.
alter table telemetry_span_group alter column spans set storage external;
alter table telemetry_span_group alter column counted set storage external;

alter table telemetry_span_group enable row level security;
create policy own on telemetry_span_group to afterai_app using (tenant_id = current_tenant());
grant select, insert, delete on telemetry_span_group to afterai_app;
