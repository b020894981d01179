-- Environments and watched models are limited like routes; what is there already counts (ADR 0018).
alter table telemetry_dimension drop constraint telemetry_dimension_kind_check;
alter table telemetry_dimension add constraint telemetry_dimension_kind_check
  check (kind in ('system', 'environment', 'fingerprint', 'route', 'served_model'));

insert into telemetry_dimension (tenant_id, kind, scope, value)
select distinct tenant_id, 'environment', system_id::text, environment from telemetry_window
on conflict do nothing;
insert into telemetry_dimension (tenant_id, kind, scope, value)
select tenant_id, 'served_model', system_id || '/' || environment, provider || ' ' || requested_model from served_model
on conflict do nothing;
