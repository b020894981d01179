-- Identity providers and devices, with what members and purges brought: disabled members, and rows that have served their time.

create or replace function member_standing(of_tenant uuid, of_account uuid) returns table (disabled boolean, has_password boolean)
  language sql stable security definer set search_path = public, pg_temp as $$
  select a.disabled_at is not null or coalesce(
           (select m.disabled_at is not null from membership m where m.tenant_id = of_tenant and m.account_id = of_account), false),
         a.email is not null and a.password_hash is not null
  from account a where a.id = of_account
$$;

create or replace function decide_device_authorization(usercode bytea, yes boolean, by_session uuid)
  returns boolean language sql security definer set search_path = public, pg_temp as $$
  with decided as (
    update device_authorization d set decided_at = now(), approved = yes, tenant_id = s.tenant_id, account_id = s.account_id,
      session_id = s.id
    from session s join membership m using (tenant_id, account_id)
    where d.user_hash = usercode and d.decided_at is null and d.expires_at > now() and may_approve(d.wanted_tenant)
      and s.id = by_session and s.tenant_id = current_tenant() and m.disabled_at is null
    returning 1)
  select exists (select from decided)
$$;

-- Whether an account has an identity of a provider, in whichever tenant: a way to sign in that isn't the account's own.
create function has_federated_identity(of_account uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp as $$
  select exists (
    select from federated_identity f join membership m using (tenant_id, account_id)
    where f.account_id = of_account and m.disabled_at is null)
$$;

create function purge_oidc_transactions(most integer) returns bigint
  language sql security definer set search_path = public, pg_temp as $$
  with gone as (
    delete from oidc_transaction where ctid = any (array(
      select ctid from oidc_transaction where expires_at < now() limit most)) returning 1)
  select count(*) from gone
$$;

create function purge_device_authorizations(most integer) returns bigint
  language sql security definer set search_path = public, pg_temp as $$
  with gone as (
    delete from device_authorization where ctid = any (array(
      select ctid from device_authorization where expires_at < now() limit most)) returning 1)
  select count(*) from gone
$$;

create function purge_device_code_guesses(most integer) returns bigint
  language sql security definer set search_path = public, pg_temp as $$
  with gone as (
    delete from device_code_guess where ctid = any (array(
      select ctid from device_code_guess where failed_at < now() - interval '1 hour' limit most)) returning 1)
  select count(*) from gone
$$;

revoke execute on function has_federated_identity(uuid), purge_oidc_transactions(integer), purge_device_authorizations(integer),
  purge_device_code_guesses(integer) from public;
grant execute on function has_federated_identity(uuid) to afterai_app;
