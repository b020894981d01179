-- Mails to send, and password resets. A row of `mail` names what the mail is about, never what is in it: the one-time code is
-- made while it is sent (ADR 0010).

create table mail (
  tenant_id       uuid not null references tenant on delete cascade,
  id              uuid not null,
  kind            text not null check (kind in ('invitation', 'password_reset')),
  subject_id      uuid not null,
  created_at      timestamptz not null default now(),
  attempts        integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  sent_at         timestamptz,
  failed_at       timestamptz,
  -- A code such as `451` or `ECONNREFUSED`; what a mail server says may repeat an address.
  last_error      text check (length(last_error) <= 64),
  primary key (tenant_id, id)
);
create index mail_due on mail (next_attempt_at) where sent_at is null and failed_at is null;
create index mail_by_subject on mail (tenant_id, subject_id);
alter table mail enable row level security;
create policy own on mail to afterai_app using (tenant_id = current_tenant());
grant select, insert, update (next_attempt_at, sent_at, failed_at, last_error) on mail to afterai_app;

-- Takes what is due, for `lease_seconds`: whoever took it and died loses it to the next. Two takers never get the same row.
create function claim_mail(most integer, lease_seconds integer) returns table (
    tenant_id uuid, id uuid, kind text, subject_id uuid, attempts integer, created_at timestamptz)
  language sql security definer set search_path = public, pg_temp as $$
  update mail m set attempts = m.attempts + 1, next_attempt_at = now() + make_interval(secs => lease_seconds)
  from (select d.tenant_id, d.id from mail d join tenant t on t.id = d.tenant_id
        where d.sent_at is null and d.failed_at is null and d.next_attempt_at <= now() and t.suspended_at is null
        order by d.next_attempt_at limit most for update of d skip locked) due
  where m.tenant_id = due.tenant_id and m.id = due.id
  returning m.tenant_id, m.id, m.kind, m.subject_id, m.attempts, m.created_at
$$;

-- One wish to set a password anew. A row is made for each request, also where nobody has the address (`account_id` null then),
-- so that the request takes the same steps. Accounts span tenants: no role may read this table.
create table password_reset (
  id           uuid primary key,
  account_id   uuid references account on delete cascade,
  -- The tenant whose administrator offered it; null where the person asked for it, or an operator offered it.
  offered_by   uuid references tenant on delete cascade,
  requested_at timestamptz not null default now(),
  -- An operator gives the account back to its address: whatever else opens it ends with the old password.
  takes_all    boolean not null default false,
  code_hash    bytea unique,
  expires_at   timestamptz,
  used_at      timestamptz
);
create index password_reset_by_account on password_reset (account_id, requested_at);
alter table password_reset enable row level security;

-- At most three in an hour for one account: others are kept without a name, and nothing is sent for them.
create function request_password_reset(new_id uuid, address text) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  found_account uuid := (select a.id from account a
    where a.email = lower(address) and a.kind = 'person' and a.disabled_at is null and a.password_hash is not null);
  recent bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended('password reset of ' || lower(address), 0));
  select count(*) into recent from password_reset r
    where r.account_id = found_account and r.requested_at > now() - interval '1 hour';
  insert into password_reset (id, account_id) values (new_id, case when recent < 3 then found_account end);
end $$;

-- Whether a tenant is the only one that an account belongs to. The sample holds nobody's secrets.
create function belongs_to_alone(of_account uuid, of_tenant uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from membership m where m.account_id = of_account and m.tenant_id = of_tenant)
    and not exists (select from membership m join tenant t on t.id = m.tenant_id
                    where m.account_id = of_account and m.tenant_id <> of_tenant and not t.sample)
$$;

-- For the administrators of the only tenant that a person belongs to, and for operators.
create function offer_password_reset(new_id uuid, wanted uuid, all_of_it boolean) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not exists (select from account a where a.id = wanted and a.kind = 'person' and a.disabled_at is null) then return false; end if;
  if not is_instance_tenant() and not belongs_to_alone(wanted, current_tenant()) then return false; end if;
  insert into password_reset (id, account_id, offered_by, takes_all)
    values (new_id, wanted, case when not is_instance_tenant() then current_tenant() end, all_of_it and is_instance_tenant());
  return true;
end $$;

-- Whether whoever offered a reset may still offer it. Asked each time that it matters, since the person may have joined another
-- tenant, whose administrators never agreed to it.
create function is_still_offered(reset password_reset) returns boolean
  language sql stable security definer set search_path = public, pg_temp as $$
  select reset.offered_by is null or belongs_to_alone(reset.account_id, reset.offered_by)
$$;

-- Puts the code's hash to a wish that is open, and answers whom to send it to. A code that was put before is no longer good.
create function put_reset_code(wanted uuid, hash bytea, lasts_seconds integer) returns table (account_id uuid, email text, name text)
  language sql security definer set search_path = public, pg_temp as $$
  update password_reset r set code_hash = hash, expires_at = now() + make_interval(secs => lasts_seconds)
  from account a
  where r.id = wanted and r.used_at is null and r.requested_at > now() - interval '1 day'
    and a.id = r.account_id and a.disabled_at is null and is_still_offered(r)
  returning a.id, a.email, a.name
$$;

create function find_password_reset(hash bytea) returns table (account_id uuid, email text, name text)
  language sql stable security definer set search_path = public, pg_temp as $$
  select a.id, a.email, a.name from password_reset r join account a on a.id = r.account_id
  where r.code_hash = hash and r.used_at is null and r.expires_at > now() and a.disabled_at is null and is_still_offered(r)
$$;

-- Spends a code: the password is set, every session of the account ends, its other codes are void. Second factors stay, since a mailbox
-- alone must not be enough to get past them. Not so where an operator offered it: addresses aren't proved when an account is made, so
-- somebody may have made one with another person's. When operators give it back to who reads the address' mail, nothing of whoever had
-- it before may still open it: no passkey, app, recovery code, identity of a provider, API key or session. `removed` tells how many of each, null otherwise.
create function take_password_reset(hash bytea, new_password_hash text) returns table (reset_account uuid, removed jsonb)
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  everything boolean;
  sessions_ended integer;
  removed_count integer;
begin
  update password_reset r set used_at = now() from account a
    where r.code_hash = hash and r.used_at is null and r.expires_at > now() and a.id = r.account_id and a.disabled_at is null
      and is_still_offered(r)
    returning r.account_id, r.takes_all into reset_account, everything;
  if reset_account is null then return; end if;
  update account set password_hash = new_password_hash, password_stands_alone = true where id = reset_account;
  -- A sign-in that waits for its second factor rests on the old password.
  delete from sign_in_ticket where account_id = reset_account;
  update device_authorization set approved = false where account_id = reset_account and approved;
  update session set revoked_at = now() where account_id = reset_account and revoked_at is null;
  get diagnostics sessions_ended = row_count;
  update password_reset set used_at = now() where account_id = reset_account and used_at is null;
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

revoke execute on function claim_mail(integer, integer), request_password_reset(uuid, text), belongs_to_alone(uuid, uuid),
  offer_password_reset(uuid, uuid, boolean), is_still_offered(password_reset), put_reset_code(uuid, bytea, integer), find_password_reset(bytea),
  take_password_reset(bytea, text) from public;
grant execute on function request_password_reset(uuid, text), offer_password_reset(uuid, uuid, boolean), put_reset_code(uuid, bytea, integer),
  take_password_reset(bytea, text) to afterai_app;
