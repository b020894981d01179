-- Signing in through a company's identity provider (OpenID Connect).

create table identity_provider (
  tenant_id       uuid not null references tenant,
  id              uuid not null unique,
  name            text not null,
  -- Who a subject is depends on the issuer, so it never changes: another issuer is another provider.
  issuer          text not null,
  client_id       text not null,
  -- Encrypted under a key of the tenant.
  client_secret   bytea not null,
  scopes          text[] not null,
  groups_claim    text not null,
  -- Ordered: [{"group": …, "role": …}]; the first that applies decides.
  role_mapping    jsonb not null,
  default_role    text check (default_role in ('admin', 'approver', 'member', 'viewer', 'auditor')),
  allowed_domains text[] not null,
  creates_members boolean not null,
  enforced        boolean not null default false,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, issuer)
);
alter table identity_provider enable row level security;
create policy own on identity_provider to afterai_app using (tenant_id = current_tenant());
grant select, insert, delete, update (name, client_id, client_secret, scopes, groups_claim, role_mapping, default_role,
  allowed_domains, creates_members, enforced, updated_at) on identity_provider to afterai_app;

-- Who a subject of a provider is here. The subject is the identity; an e-mail address never is.
create table federated_identity (
  tenant_id    uuid not null,
  provider_id  uuid not null,
  subject      text not null,
  account_id   uuid not null references account on delete cascade,
  linked_by    text not null check (linked_by in ('created', 'invitation', 'admin', 'verified_email')),
  created_at   timestamptz not null default now(),
  signed_in_at timestamptz,
  primary key (tenant_id, provider_id, subject),
  unique (tenant_id, provider_id, account_id),
  foreign key (tenant_id, provider_id) references identity_provider on delete cascade
);
alter table federated_identity enable row level security;
create policy own on federated_identity to afterai_app using (tenant_id = current_tenant());
grant select, insert, update (signed_in_at) on federated_identity to afterai_app;

-- Sign-ins under way, for minutes and one use. Hashes alone: state, nonce and verifier are in the browser's cookie or derived from it.
create table oidc_transaction (
  tenant_id    uuid not null,
  state_hash   bytea not null,
  browser_hash bytea not null,
  provider_id  uuid not null,
  return_to    text not null,
  device_hash  bytea,
  expires_at   timestamptz not null,
  primary key (state_hash),
  foreign key (tenant_id, provider_id) references identity_provider on delete cascade
);
create index oidc_transaction_expiry on oidc_transaction (expires_at);
alter table oidc_transaction enable row level security;
create policy own on oidc_transaction to afterai_app using (tenant_id = current_tenant());
grant select, insert, delete on oidc_transaction to afterai_app;

-- Which provider's groups gave a member the role; null where a person gave it. Break-glass: may sign in without the provider.
alter table membership
  add column role_provider_id uuid,
  add column break_glass boolean not null default false,
  add foreign key (tenant_id, role_provider_id) references identity_provider on delete set null (role_provider_id);
grant update (role_provider_id, break_glass) on membership to afterai_app;

-- Which provider vouched for a session. A session with a provider is that tenant's alone: the provider speaks for no other tenant.
alter table session
  add column provider_id uuid,
  add foreign key (tenant_id, provider_id) references identity_provider on delete set null (provider_id);

-- Whether an account may open a session in the tenant of the transaction without its provider.
create function needs_provider(of_tenant uuid, of_account uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from identity_provider p where p.tenant_id = of_tenant and p.enforced)
     and not exists (select from membership m where m.tenant_id = of_tenant and m.account_id = of_account
                     and m.break_glass and m.role = 'admin')
$$;

-- The last word on enforced single sign-on, whatever door a session comes through. The lock makes a session that is being opened and
-- the act of enforcing take turns, so that none slips in between.
create function session_keeps_to_provider() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended('afterai enforced sign-on ' || new.tenant_id, 0));
  if new.provider_id is null and needs_provider(new.tenant_id, new.account_id) then
    raise exception 'this tenant is signed in to by its identity provider' using errcode = 'AF001';
  end if;
  return new;
end $$;
create trigger session_keeps_to_provider before insert on session
  for each row execute function session_keeps_to_provider();

-- The doors before a tenant is known.

create function find_identity_provider(wanted uuid) returns table (tenant_id uuid, slug text)
  language sql stable security definer set search_path = public, pg_temp as $$
  select p.tenant_id, t.slug from identity_provider p join tenant t on t.id = p.tenant_id where p.id = wanted
$$;

-- What a tenant offers to sign in with. No rows for a tenant that there isn't, as for one without a provider.
create function tenant_sign_in_providers(wanted text) returns table (id uuid, name text, enforced boolean)
  language sql stable security definer set search_path = public, pg_temp as $$
  select p.id, p.name, p.enforced from identity_provider p join tenant t on t.id = p.tenant_id
  where t.slug = wanted order by p.created_at
$$;

-- Spends a sign-in under way, for the browser that began it alone. Of two callers at once, one gets it.
create function take_oidc_transaction(state bytea, browser bytea) returns table (
    tenant_id uuid, slug text, provider_id uuid, return_to text, device_hash bytea)
  language sql security definer set search_path = public, pg_temp as $$
  with taken as (delete from oidc_transaction o where o.state_hash = state and o.browser_hash = browser returning o.*)
  select k.tenant_id, t.slug, k.provider_id, k.return_to, k.device_hash
  from taken k join tenant t on t.id = k.tenant_id where k.expires_at > now()
$$;

-- Of a member of the transaction's tenant: whether they are kept out, and whether they could sign in with a password.
create function member_standing(of_tenant uuid, of_account uuid) returns table (disabled boolean, has_password boolean)
  language sql stable security definer set search_path = public, pg_temp as $$
  select a.disabled_at is not null or coalesce(
           (select to_jsonb(m) ->> 'disabled_at' is not null from membership m
            where m.tenant_id = of_tenant and m.account_id = of_account), false),
         a.email is not null and a.password_hash is not null
  from account a where a.id = of_account
$$;

revoke execute on function needs_provider(uuid, uuid), session_keeps_to_provider(), find_identity_provider(uuid),
  tenant_sign_in_providers(text), take_oidc_transaction(bytea, bytea), member_standing(uuid, uuid) from public;
grant execute on function needs_provider(uuid, uuid), member_standing(uuid, uuid) to afterai_app;
