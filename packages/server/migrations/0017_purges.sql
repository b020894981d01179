-- What has served its time is deleted, in batches, by one process at a time. The log and the audit trail are never touched.
create table purge_run (
  only_one   boolean primary key default true check (only_one),
  started_at timestamptz not null
);
alter table purge_run enable row level security;
insert into purge_run values (true, '-infinity');

-- Whether it is this transaction's turn: nobody else's, and not before `every_seconds` have passed.
create function take_purge_turn(every_seconds integer) returns boolean
  language sql security definer set search_path = public, pg_temp as $$
  with mine as (
    update purge_run set started_at = now()
    where started_at <= now() - make_interval(secs => every_seconds) returning 1)
  select exists (select from mine)
$$;

create index idempotency_by_age on idempotency (created_at);
create index session_by_end on session (expires_at);

create function purge_idempotency(most integer) returns bigint
  language sql security definer set search_path = public, pg_temp as $$
  with gone as (
    delete from idempotency where ctid = any (array(
      select ctid from idempotency where created_at < now() - interval '24 hours' limit most)) returning 1)
  select count(*) from gone
$$;

-- Handles that a dead session has spent go at once; the session itself a month later, for whoever looks into an incident.
create function purge_spent_refresh(most integer) returns bigint
  language sql security definer set search_path = public, pg_temp as $$
  with gone as (
    delete from spent_refresh where ctid = any (array(
      select p.ctid from spent_refresh p join session s on s.tenant_id = p.tenant_id and s.id = p.session_id
      where s.expires_at < now() or s.revoked_at < now() limit most)) returning 1)
  select count(*) from gone
$$;

create function purge_sessions(most integer) returns bigint
  language sql security definer set search_path = public, pg_temp as $$
  with gone as (
    delete from session where ctid = any (array(
      select ctid from session where expires_at < now() - interval '30 days' limit most)) returning 1)
  select count(*) from gone
$$;

create function purge_invitations(most integer) returns bigint
  language sql security definer set search_path = public, pg_temp as $$
  with gone as (
    delete from invitation where ctid = any (array(
      select ctid from invitation where expires_at < now() - interval '30 days' limit most)) returning 1)
  select count(*) from gone
$$;

create function purge_password_resets(most integer) returns bigint
  language sql security definer set search_path = public, pg_temp as $$
  with gone as (
    delete from password_reset where ctid = any (array(
      select ctid from password_reset where requested_at < now() - interval '2 days' limit most)) returning 1)
  select count(*) from gone
$$;

create function purge_mail(most integer) returns bigint
  language sql security definer set search_path = public, pg_temp as $$
  with gone as (
    delete from mail where ctid = any (array(
      select ctid from mail where created_at < now() - interval '30 days' and (sent_at is not null or failed_at is not null)
      limit most)) returning 1)
  select count(*) from gone
$$;

revoke execute on function take_purge_turn(integer), purge_idempotency(integer), purge_spent_refresh(integer),
  purge_sessions(integer), purge_invitations(integer), purge_password_resets(integer), purge_mail(integer) from public;
