-- A person's own credentials. They belong to an account, which spans tenants: a transaction sees those of the one account that it
-- names in `app.account`, whatever its tenant. No setting, no rows.
create function current_account() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.account', true), '')::uuid;

-- Whether the password is long enough to be the only factor. All that were set before this migration are.
alter table account add column password_stands_alone boolean not null default true;

create table totp (
  account_id   uuid primary key references account on delete cascade,
  -- Encrypted under a key that the database doesn't hold.
  secret       bytea not null,
  created_at   timestamptz not null default now(),
  confirmed_at timestamptz,
  -- The time step of the newest code that was accepted: neither it nor an older one is accepted again.
  last_step    bigint not null default 0,
  failures     integer not null default 0,
  failed_at    timestamptz
);
alter table totp enable row level security;
create policy own on totp to afterai_app using (account_id = current_account());
grant select, insert, delete, update (confirmed_at, last_step, failures, failed_at) on totp to afterai_app;

create table recovery_code (
  account_id uuid not null references account on delete cascade,
  code_hash  bytea not null,
  created_at timestamptz not null default now(),
  used_at    timestamptz,
  primary key (account_id, code_hash)
);
alter table recovery_code enable row level security;
create policy own on recovery_code to afterai_app using (account_id = current_account());
grant select, insert, delete, update (used_at) on recovery_code to afterai_app;

create table passkey (
  id            uuid primary key,
  account_id    uuid not null references account on delete cascade,
  credential_id bytea not null unique,
  public_key    bytea not null,
  sign_count    bigint not null,
  transports    text[] not null,
  synced        boolean not null,
  name          text not null,
  created_at    timestamptz not null default now(),
  last_used_at  timestamptz
);
create index passkey_account on passkey (account_id);
alter table passkey enable row level security;
create policy own on passkey to afterai_app using (account_id = current_account());
grant select, insert, delete, update (name, sign_count, synced, last_used_at) on passkey to afterai_app;

-- Challenges that browsers must sign, for minutes and one use. No role reads them: the functions below do.
create table passkey_challenge (
  challenge_hash bytea primary key,
  purpose        text not null check (purpose in ('register', 'sign_in', 'second_factor', 'step_up')),
  account_id     uuid references account on delete cascade,
  expires_at     timestamptz not null
);
create index passkey_challenge_expiry on passkey_challenge (expires_at);
alter table passkey_challenge enable row level security;

-- Sign-ins whose password was right and whose second factor is awaited.
create table sign_in_ticket (
  ticket_hash   bytea primary key,
  tenant_id     uuid not null references tenant on delete cascade,
  account_id    uuid not null references account on delete cascade,
  invitation_id uuid,
  tries         integer not null default 0,
  expires_at    timestamptz not null
);
create index sign_in_ticket_expiry on sign_in_ticket (expires_at);
alter table sign_in_ticket enable row level security;

create function put_passkey_challenge(new_hash bytea, new_purpose text, new_account uuid) returns void
  language sql security definer set search_path = public, pg_temp as $$
  delete from passkey_challenge where expires_at < now();
  insert into passkey_challenge (challenge_hash, purpose, account_id, expires_at)
  values (new_hash, new_purpose, new_account, now() + interval '5 minutes')
$$;

-- Spends a challenge. Of two callers at once, one gets it.
create function take_passkey_challenge(wanted bytea) returns table (purpose text, account_id uuid)
  language sql security definer set search_path = public, pg_temp as $$
  with taken as (delete from passkey_challenge c where c.challenge_hash = wanted returning c.purpose, c.account_id, c.expires_at)
  select t.purpose, t.account_id from taken t where t.expires_at > now()
$$;

create function find_passkey(wanted bytea) returns table (
    id uuid, account_id uuid, public_key bytea, sign_count bigint, transports text[])
  language sql stable security definer set search_path = public, pg_temp as $$
  select p.id, p.account_id, p.public_key, p.sign_count, p.transports
  from passkey p join account a on a.id = p.account_id
  where p.credential_id = wanted and a.disabled_at is null
$$;

create function put_sign_in_ticket(new_hash bytea, new_tenant uuid, new_account uuid, new_invitation uuid) returns void
  language sql security definer set search_path = public, pg_temp as $$
  delete from sign_in_ticket where expires_at < now();
  insert into sign_in_ticket (ticket_hash, tenant_id, account_id, invitation_id, expires_at)
  values (new_hash, new_tenant, new_account, new_invitation, now() + interval '5 minutes')
$$;

-- Counts a try before it is checked, so that tries at once are bounded too. No row when the ticket is spent, expired or tried out.
create function try_sign_in_ticket(wanted bytea) returns table (tenant_id uuid, account_id uuid, invitation_id uuid)
  language sql security definer set search_path = public, pg_temp as $$
  update sign_in_ticket t set tries = t.tries + 1
  from account a
  where t.ticket_hash = wanted and t.expires_at > now() and t.tries < 5 and a.id = t.account_id and a.disabled_at is null
  returning t.tenant_id, t.account_id, t.invitation_id
$$;

-- Whose ticket it is, without a try.
create function find_sign_in_ticket(wanted bytea) returns table (tenant_id uuid, account_id uuid, invitation_id uuid)
  language sql stable security definer set search_path = public, pg_temp as $$
  select t.tenant_id, t.account_id, t.invitation_id from sign_in_ticket t
  where t.ticket_hash = wanted and t.expires_at > now() and t.tries < 5
$$;

create function spend_sign_in_ticket(wanted bytea) returns boolean
  language sql security definer set search_path = public, pg_temp as $$
  with spent as (delete from sign_in_ticket where ticket_hash = wanted and expires_at > now() returning 1)
  select exists (select from spent)
$$;

-- What an account can prove itself with, besides its password.
create function account_factors(wanted uuid) returns table (totp boolean, passkeys bigint, recovery_codes bigint)
  language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from totp t where t.account_id = wanted and t.confirmed_at is not null),
         (select count(*) from passkey p where p.account_id = wanted),
         (select count(*) from recovery_code r where r.account_id = wanted and r.used_at is null)
$$;

-- The account that the transaction acts for.
create function own_account() returns table (email text, name text, password_hash text, password_stands_alone boolean)
  language sql stable security definer set search_path = public, pg_temp as $$
  select a.email, a.name, a.password_hash, a.password_stands_alone from account a
  where a.id = current_account() and a.disabled_at is null
$$;

-- Makes changes of one account's credentials take turns: a short password and its factor depend on each other.
create function lock_own_account() returns void
  language sql security definer set search_path = public, pg_temp as $$
  select from account where id = current_account() for update
$$;

create function set_own_password(new_hash text, stands_alone boolean) returns void
  language sql security definer set search_path = public, pg_temp as $$
  update account set password_hash = new_hash, password_stands_alone = stands_alone where id = current_account()
$$;

revoke execute on function put_passkey_challenge(bytea, text, uuid), take_passkey_challenge(bytea), find_passkey(bytea),
  put_sign_in_ticket(bytea, uuid, uuid, uuid), try_sign_in_ticket(bytea), find_sign_in_ticket(bytea), spend_sign_in_ticket(bytea),
  account_factors(uuid), own_account(), lock_own_account(), set_own_password(text, boolean) from public;
grant execute on function put_sign_in_ticket(bytea, uuid, uuid, uuid), spend_sign_in_ticket(bytea), account_factors(uuid),
  own_account(), lock_own_account(), set_own_password(text, boolean) to afterai_app;
