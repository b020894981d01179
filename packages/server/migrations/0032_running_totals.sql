-- What streams of cumulative metrics told last, so that what is new of the next can be told. A stream's name is a keyed digest.
create table telemetry_series (
  tenant_id uuid not null references tenant on delete cascade,
  series    bytea not null check (octet_length(series) = 32),
  n         bigint not null,
  sum       double precision not null,
  told_at   timestamptz not null,
  primary key (tenant_id, series)
);

alter table telemetry_series enable row level security;
create policy own on telemetry_series to afterai_app using (tenant_id = current_tenant());
grant select, insert, delete, update (n, sum, told_at) on telemetry_series to afterai_app;
