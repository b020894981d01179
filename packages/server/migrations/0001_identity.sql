-- Tenants, accounts, memberships, sessions, API keys, and the audit trail.
-- Row level security: a row belongs to the tenant named by the transaction's `app.tenant`. No setting, no rows.

create function current_tenant() returns uuid
  language sql stable parallel safe
  -- After a transaction-local setting ends, it reads as '' rather than null.
  return nullif(current_setting('app.tenant', true), '')::uuid;

create table tenant (
  id         uuid primary key,
  slug       text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name       text not null,
  sample     boolean not null default false,
  created_at timestamptz not null default now()
);
alter table tenant enable row level security;
create policy own on tenant to afterai_app using (id = current_tenant());
create policy read_all on tenant for select to afterai_sequencer using (true);
grant select, insert on tenant to afterai_app;
grant select on tenant to afterai_sequencer;

-- A person, or a machine (service account). Accounts span tenants, so no role may read this table: the functions below may.
create table account (
  id            uuid primary key,
  kind          text not null default 'person' check (kind in ('person', 'service')),
  email         text check (email = lower(email)),
  name          text not null,
  password_hash text,
  created_at    timestamptz not null default now(),
  disabled_at   timestamptz
);
create unique index account_email on account (email);
alter table account enable row level security;

create table membership (
  tenant_id  uuid not null references tenant,
  account_id uuid not null references account,
  role       text not null check (role in ('admin', 'approver', 'member', 'viewer', 'auditor')),
  name       text not null,
  email      text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, account_id)
);
create index membership_account on membership (account_id);
alter table membership enable row level security;
create policy own on membership to afterai_app using (tenant_id = current_tenant());
grant select, insert, update (role), delete on membership to afterai_app;

create table invitation (
  tenant_id   uuid not null references tenant,
  id          uuid not null,
  email       text not null,
  role        text not null check (role in ('admin', 'approver', 'member', 'viewer', 'auditor')),
  code_hash   bytea not null unique,
  invited_by  uuid not null,
  created_at  timestamptz not null default now(),
  expires_at  timestamptz not null,
  accepted_at timestamptz,
  primary key (tenant_id, id)
);
alter table invitation enable row level security;
create policy own on invitation to afterai_app using (tenant_id = current_tenant());
grant select, insert, update (accepted_at) on invitation to afterai_app;

create table session (
  tenant_id             uuid not null,
  id                    uuid not null unique,
  account_id            uuid not null,
  refresh_hash          bytea not null unique,
  previous_refresh_hash bytea unique,
  created_at            timestamptz not null default now(),
  used_at               timestamptz not null default now(),
  expires_at            timestamptz not null,
  revoked_at            timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references membership on delete cascade
);
alter table session enable row level security;
create policy own on session to afterai_app using (tenant_id = current_tenant());
grant select, insert, update (tenant_id, refresh_hash, previous_refresh_hash, used_at, revoked_at) on session to afterai_app;

create table api_key (
  tenant_id    uuid not null,
  id           uuid not null,
  account_id   uuid not null,
  name         text not null,
  prefix       text not null,
  key_hash     bytea not null unique,
  scopes       text[] not null,
  created_at   timestamptz not null default now(),
  expires_at   timestamptz,
  last_used_at timestamptz,
  revoked_at   timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references membership on delete cascade
);
alter table api_key enable row level security;
create policy own on api_key to afterai_app using (tenant_id = current_tenant());
grant select, insert, update (last_used_at, revoked_at) on api_key to afterai_app;

-- One row: the one-time set-up code of an instance that has no administrator.
create table setup_code (
  only_one   boolean primary key default true check (only_one),
  code_hash  bytea not null,
  created_at timestamptz not null default now(),
  used_at    timestamptz
);
alter table setup_code enable row level security;

create table audit_event (
  tenant_id   uuid not null references tenant,
  id          uuid not null,
  occurred_at timestamptz not null default now(),
  action      text not null,
  outcome     text not null check (outcome in ('allowed', 'denied', 'failed')),
  actor_id    uuid,
  credential  text not null,
  address     text,
  request_id  text,
  resource    text,
  details     jsonb not null default '{}',
  -- The signed statement, and what shows that these columns are what it committed to.
  envelope    bytea not null,
  salt        bytea not null,
  ciphertext  bytea not null,
  primary key (tenant_id, id)
);
create index audit_event_feed on audit_event (tenant_id, occurred_at desc, id desc);
alter table audit_event enable row level security;
create policy own on audit_event to afterai_app using (tenant_id = current_tenant());
grant select, insert on audit_event to afterai_app;

-- Outcomes of requests that carried an `Idempotency-Key`, written in the transaction of their change.
create table idempotency (
  tenant_id      uuid not null references tenant,
  actor_id       uuid not null,
  key            text not null check (length(key) <= 255),
  request_digest bytea not null,
  status         integer,
  body           jsonb,
  created_at     timestamptz not null default now(),
  primary key (tenant_id, actor_id, key)
);
alter table idempotency enable row level security;
create policy own on idempotency to afterai_app using (tenant_id = current_tenant());
grant select, insert, update (status, body) on idempotency to afterai_app;

-- The doors before a tenant is known. Each answers one question by an exact key, as the tables' owner.

create function applied_migrations() returns table (name text)
  language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return query select m.name::text from kysely_migration m order by m.name;
end $$;

create function find_session(wanted uuid) returns table (
    tenant_id uuid, account_id uuid, role text, name text, kind text, used_at timestamptz, expires_at timestamptz)
  language sql stable security definer set search_path = public, pg_temp as $$
  select s.tenant_id, s.account_id, m.role, m.name, a.kind, s.used_at, s.expires_at
  from session s join membership m using (tenant_id, account_id) join account a on a.id = s.account_id
  where s.id = wanted and s.revoked_at is null and s.expires_at > now() and a.disabled_at is null
$$;

create function find_refresh(hash bytea) returns table (
    tenant_id uuid, session_id uuid, reused boolean)
  language sql stable security definer set search_path = public, pg_temp as $$
  select s.tenant_id, s.id, s.refresh_hash <> hash from session s
  where (s.refresh_hash = hash or s.previous_refresh_hash = hash)
$$;

create function find_api_key(hash bytea) returns table (
    tenant_id uuid, id uuid, account_id uuid, role text, name text, kind text, scopes text[], last_used_at timestamptz)
  language sql stable security definer set search_path = public, pg_temp as $$
  select k.tenant_id, k.id, k.account_id, m.role, m.name, a.kind, k.scopes, k.last_used_at
  from api_key k join membership m using (tenant_id, account_id) join account a on a.id = k.account_id
  where k.key_hash = hash and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
    and a.disabled_at is null
$$;

create function find_account(wanted text) returns table (account_id uuid, password_hash text, name text)
  language sql stable security definer set search_path = public, pg_temp as $$
  select a.id, a.password_hash, a.name from account a
  where a.email = lower(wanted) and a.disabled_at is null and a.password_hash is not null
$$;

create function account_tenants(wanted uuid) returns table (tenant_id uuid, slug text, name text, role text, sample boolean)
  language sql stable security definer set search_path = public, pg_temp as $$
  select t.id, t.slug, t.name, m.role, t.sample from membership m join tenant t on t.id = m.tenant_id
  where m.account_id = wanted order by t.sample, t.created_at
$$;

create function find_invitation(hash bytea) returns table (tenant_id uuid, id uuid, email text, role text)
  language sql stable security definer set search_path = public, pg_temp as $$
  select i.tenant_id, i.id, i.email, i.role from invitation i
  where i.code_hash = hash and i.accepted_at is null and i.expires_at > now()
$$;

-- Creates an account, or returns false when the e-mail address has one.
create function create_account(new_id uuid, new_kind text, new_email text, new_name text, new_hash text) returns boolean
  language sql security definer set search_path = public, pg_temp as $$
  with created as (
    insert into account (id, kind, email, name, password_hash) values (new_id, new_kind, lower(new_email), new_name, new_hash)
    on conflict (email) do nothing returning 1)
  select exists (select from created)
$$;

-- What the instance holds, whoever asks: how many tenants, whether its set-up code is unspent, which tenant is the sample.
create function instance_state() returns table (tenants bigint, setup_open boolean, sample_tenant uuid)
  language sql stable security definer set search_path = public, pg_temp as $$
  select (select count(*) from tenant where not sample),
         exists (select from setup_code where used_at is null),
         (select id from tenant where sample limit 1)
$$;

create function put_setup_code(hash bytea) returns void
  language sql security definer set search_path = public, pg_temp as $$
  insert into setup_code (code_hash) values (hash)
  on conflict (only_one) do update set code_hash = excluded.code_hash, created_at = now() where setup_code.used_at is null
$$;

-- Spends the set-up code. The row lock makes two callers at once take turns; one of them gets false.
create function take_setup_code(hash bytea) returns boolean
  language sql security definer set search_path = public, pg_temp as $$
  with taken as (
    update setup_code set used_at = now()
    where code_hash = hash and used_at is null and created_at > now() - interval '7 days' returning 1)
  select exists (select from taken)
$$;

-- Those made here: others in this schema, such as an extension's, aren't ours to close.
do $$
declare
  made regprocedure;
begin
  for made in select oid from pg_proc where pronamespace = 'public'::regnamespace and proowner = current_user::regrole loop
    execute format('revoke execute on function %s from public', made);
  end loop;
end $$;
grant execute on function current_tenant() to public;
grant execute on function create_account(uuid, text, text, text, text), account_tenants(uuid), instance_state(),
  take_setup_code(bytea) to afterai_app;
