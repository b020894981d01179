-- Indexes for what lists are asked for, so that a page reads a page's worth however much there is.

create index audit_event_by_credential on audit_event (tenant_id, credential, id);
create index audit_event_by_outcome on audit_event (tenant_id, outcome, id) where outcome <> 'allowed';
drop index audit_event_refused;
-- Pages are in the order of ids, which are made in the order of time: nothing reads by this one.
drop index audit_event_feed;

create index change_by_status on change (tenant_id, status, id desc);
create index change_by_system_status on change (tenant_id, system_id, status, id desc);
create index evaluation_by_system on evaluation (tenant_id, system_id, id desc);
create index served_model_by_system on served_model (tenant_id, system_id, id desc);
create index telemetry_window_feed on telemetry_window (tenant_id, system_id, hour, environment, fingerprint, route, source);
create index api_key_by_account on api_key (tenant_id, account_id, id desc);
create index api_key_expiring on api_key (tenant_id, expires_at, id) where revoked_at is null;
create index api_key_of_account_expiring on api_key (tenant_id, account_id, expires_at, id) where revoked_at is null;
create index membership_by_kind on membership (tenant_id, kind, account_id desc);

-- How often an environment was observed, counted as observations come. Some rows share a count, so that those who observe the same
-- environment at once don't wait for each other.
create table observation_count (
  tenant_id   uuid not null references tenant on delete cascade,
  system_id   uuid not null,
  environment text not null,
  share       smallint not null,
  count       bigint not null,
  primary key (tenant_id, system_id, environment, share)
) with (fillfactor = 70);
alter table observation_count enable row level security;
create policy own on observation_count to afterai_app using (tenant_id = current_tenant());
grant select on observation_count to afterai_app;

create function count_observations() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into observation_count as kept (tenant_id, system_id, environment, share, count)
    select tenant_id, system_id, environment, pg_backend_pid() % 8, count(*) from added
    group by tenant_id, system_id, environment order by tenant_id, system_id, environment
    on conflict (tenant_id, system_id, environment, share) do update set count = kept.count + excluded.count;
  return null;
end $$;
create trigger counted after insert on observation referencing new table as added
  for each statement execute function count_observations();
revoke execute on function count_observations() from public;

insert into observation_count (tenant_id, system_id, environment, share, count)
  select tenant_id, system_id, environment, 0, count(*) from observation group by tenant_id, system_id, environment;
