-- A recovery that waits (a one-time code for a new password, a sign-in that awaits its second factor) rests on what was true when it
-- began. Whatever changes an account's credentials or standing withdraws it: here, so that no route can forget it. A code that is
-- withdrawn has its `used_at` set, as a spent one does.

-- The account is locked first, as wherever its credentials are changed, so that a code that is being spent takes its turn.
create function withdraw_recoveries(of_account uuid) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform from account where id = of_account for no key update;
  update password_reset set used_at = now() where account_id = of_account and used_at is null;
  delete from sign_in_ticket where account_id = of_account;
end $$;

create function withdraw_recoveries_of_row() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform withdraw_recoveries(case tg_op when 'DELETE' then old.account_id else new.account_id end);
  return null;
end $$;

create function withdraw_recoveries_of_account() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform withdraw_recoveries(new.id);
  return null;
end $$;

create trigger recoveries_end after update on account for each row
  when (old.password_hash is distinct from new.password_hash or old.email is distinct from new.email
    or old.disabled_at is distinct from new.disabled_at)
  execute function withdraw_recoveries_of_account();
create trigger recoveries_end after update on membership for each row
  when (old.role is distinct from new.role or old.disabled_at is distinct from new.disabled_at
    or old.break_glass is distinct from new.break_glass)
  execute function withdraw_recoveries_of_row();
create trigger recoveries_end_with_it after delete on membership for each row execute function withdraw_recoveries_of_row();
-- An app that is enrolling proves nothing yet.
create trigger recoveries_end after update on totp for each row
  when (old.confirmed_at is distinct from new.confirmed_at or old.secret is distinct from new.secret)
  execute function withdraw_recoveries_of_row();
create trigger recoveries_end_with_it after delete on totp for each row
  when (old.confirmed_at is not null) execute function withdraw_recoveries_of_row();
create trigger recoveries_end after insert or delete on passkey for each row execute function withdraw_recoveries_of_row();
create trigger recoveries_end after insert or delete on recovery_code for each row execute function withdraw_recoveries_of_row();
create trigger recoveries_end after insert or delete on federated_identity for each row execute function withdraw_recoveries_of_row();

-- A code that is made takes the place of every other one of the account. A wish whose code isn't made yet stays.
create function withdraw_other_recoveries() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update password_reset set used_at = now() where account_id = new.account_id and id <> new.id
    and code_hash is not null and used_at is null;
  return null;
end $$;
create trigger newest_code_alone after update on password_reset for each row
  when (new.code_hash is not null and old.code_hash is distinct from new.code_hash)
  execute function withdraw_other_recoveries();

-- Whether an account could use a new password: it isn't disabled, nor is each of its memberships.
create function may_recover(of_account uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from account a where a.id = of_account and a.kind = 'person' and a.disabled_at is null)
    and (not exists (select from membership m where m.account_id = of_account)
      or exists (select from membership m where m.account_id = of_account and m.disabled_at is null))
$$;

-- Whether an administrator or an operator made it, not whoever knows the address.
alter table password_reset add column offered boolean not null default false;

-- A wish of somebody who knows the address alone doesn't void a code that an administrator or operator has just made.
create or replace function request_password_reset(new_id uuid, address text) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  found_account uuid := (select a.id from account a
    where a.email = lower(address) and a.password_hash is not null and may_recover(a.id));
  recent bigint;
  offered boolean;
begin
  perform pg_advisory_xact_lock(hashtextextended('password reset of ' || lower(address), 0));
  select count(*), coalesce(bool_or(r.offered and r.used_at is null and r.expires_at > now()), false) into recent, offered
    from password_reset r where r.account_id = found_account and r.requested_at > now() - interval '1 hour';
  insert into password_reset (id, account_id) values (new_id, case when recent < 3 and not offered then found_account end);
end $$;

-- For the administrators of the only tenant that a person belongs to, and for operators.
create or replace function offer_password_reset(new_id uuid, wanted uuid, all_of_it boolean) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not may_recover(wanted) then return false; end if;
  if not is_instance_tenant() and not belongs_to_alone(wanted, current_tenant()) then return false; end if;
  insert into password_reset (id, account_id, offered_by, takes_all, offered)
    values (new_id, wanted, case when not is_instance_tenant() then current_tenant() end, all_of_it and is_instance_tenant(), true);
  return true;
end $$;

create or replace function is_still_offered(reset password_reset) returns boolean
  language sql stable security definer set search_path = public, pg_temp as $$
  select may_recover(reset.account_id) and (reset.offered_by is null or belongs_to_alone(reset.account_id, reset.offered_by))
$$;

-- Puts the code's hash to a wish that is open, and answers whom to send it to.
create or replace function put_reset_code(wanted uuid, hash bytea, lasts_seconds integer)
  returns table (account_id uuid, email text, name text)
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform from account a join password_reset r on r.account_id = a.id where r.id = wanted for no key update of a;
  return query
    update password_reset r set code_hash = hash, expires_at = now() + make_interval(secs => lasts_seconds)
    from account a
    where r.id = wanted and r.used_at is null and r.requested_at > now() - interval '1 day'
      and a.id = r.account_id and is_still_offered(r)
    returning a.id, a.email, a.name;
end $$;

-- Spends a code, as before. The account is locked first: of a change of credentials and a code at once, the later one finds the
-- other done. The triggers above void its other codes and whatever sign-in awaits its second factor.
create or replace function take_password_reset(hash bytea, new_password_hash text) returns table (reset_account uuid, removed jsonb)
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  everything boolean;
  sessions_ended integer;
  removed_count integer;
begin
  perform from account a join password_reset r on r.account_id = a.id where r.code_hash = hash for no key update of a;
  update password_reset r set used_at = now()
    where r.code_hash = hash and r.used_at is null and r.expires_at > now() and is_still_offered(r)
    returning r.account_id, r.takes_all into reset_account, everything;
  if reset_account is null then return; end if;
  update account set password_hash = new_password_hash, password_stands_alone = true where id = reset_account;
  update device_authorization set approved = false where account_id = reset_account and approved;
  update session set revoked_at = now() where account_id = reset_account and revoked_at is null;
  get diagnostics sessions_ended = row_count;
  if everything then
    removed := jsonb_build_object('sessions', sessions_ended);
    delete from passkey where account_id = reset_account;
    get diagnostics removed_count = row_count;
    removed := removed || jsonb_build_object('passkeys', removed_count);
    delete from totp where account_id = reset_account;
    get diagnostics removed_count = row_count;
    removed := removed || jsonb_build_object('authenticatorApps', removed_count);
    delete from recovery_code where account_id = reset_account;
    get diagnostics removed_count = row_count;
    removed := removed || jsonb_build_object('recoveryCodes', removed_count);
    delete from federated_identity where account_id = reset_account;
    get diagnostics removed_count = row_count;
    removed := removed || jsonb_build_object('federatedIdentities', removed_count);
    update api_key set revoked_at = now() where account_id = reset_account and revoked_at is null;
    get diagnostics removed_count = row_count;
    removed := removed || jsonb_build_object('apiKeys', removed_count);
  end if;
  return next;
end $$;

-- Ends the API keys of the account that the transaction acts for, in each of its tenants. Answers how many in which.
create function end_own_api_keys() returns table (tenant_id uuid, ended bigint)
  language sql security definer set search_path = public, pg_temp as $$
  with gone as (
    update api_key k set revoked_at = now() where k.account_id = current_account() and k.revoked_at is null returning k.tenant_id)
  select g.tenant_id, count(*) from gone g group by g.tenant_id
$$;

revoke execute on function withdraw_recoveries(uuid), withdraw_recoveries_of_row(), withdraw_recoveries_of_account(),
  withdraw_other_recoveries(), may_recover(uuid), end_own_api_keys() from public;
grant execute on function end_own_api_keys() to afterai_app;
