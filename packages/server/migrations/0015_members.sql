-- The operators' tenant, suspended tenants, disabled members, invitations that end, keys that rotate.

-- The operators of the instance are the admins of a tenant of its own: one access model for them too. It holds no systems.
alter table tenant add column instance boolean not null default false, add column suspended_at timestamptz;
alter table tenant add constraint tenant_is_of_one_kind check (not (sample and instance));
create unique index tenant_only_one_instance on tenant (instance) where instance;
create trigger labelled_instance_stays before update of instance on tenant for each row
  when (old.instance is distinct from new.instance) execute function labelled_sample_stays();

-- `customer`, `sample` or `instance`.
create function tenant_kind(t tenant) returns text language sql immutable parallel safe
  return case when t.instance then 'instance' when t.sample then 'sample' else 'customer' end;

alter table membership add column disabled_at timestamptz;

-- A person or a machine, as the account is. A person may have no address here, so the address doesn't tell; and since nobody may read
-- accounts, the kind is written beside, by the database alone: whoever inserts a member has no say in it.
alter table membership add column kind text not null default 'person';
update membership m set kind = a.kind from account a where a.id = m.account_id and a.kind <> 'person';
create function membership_is_of_its_accounts_kind() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  new.kind := (select a.kind from account a where a.id = new.account_id);
  return new;
end $$;
revoke execute on function membership_is_of_its_accounts_kind() from public;
create trigger membership_is_of_its_accounts_kind before insert on membership for each row
  execute function membership_is_of_its_accounts_kind();
grant update (role, name, disabled_at) on membership to afterai_app;

alter table invitation add column revoked_at timestamptz;
alter table invitation alter column code_hash drop not null;
grant update (code_hash, expires_at, revoked_at) on invitation to afterai_app;

alter table api_key add column last_used_address text, add column replaced_by uuid;
grant update (name, scopes, expires_at, last_used_address, replaced_by) on api_key to afterai_app;

-- What a credential is refused for, or null: its end comes before what became of its owner, so that the answer doesn't change any more.
create function credential_refusal(revoked_at timestamptz, expires_at timestamptz, a account, m membership, t tenant) returns text
  language sql stable parallel safe as $$
  select case
    when revoked_at is not null then 'revoked'
    when expires_at <= now() then 'expired'
    when a.disabled_at is not null or m.disabled_at is not null then 'disabled'
    when t.suspended_at is not null then 'suspended' end
$$;

-- Asked with each request: PL/pgSQL keeps their plans, and one JSON value costs the client less to read than a row of columns.
drop function find_session(uuid);
create function find_session(wanted uuid) returns json
  language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return (select json_build_object('tenantId', s.tenant_id, 'tenantKind', tenant_kind(t), 'accountId', s.account_id, 'name', m.name,
      'kind', a.kind, 'role', m.role, 'usedAt', s.used_at, 'expiresAt', s.expires_at,
      'refusal', credential_refusal(s.revoked_at, s.expires_at, a, m, t))
    from session s join membership m using (tenant_id, account_id) join account a on a.id = s.account_id
      join tenant t on t.id = s.tenant_id
    where s.id = wanted);
end $$;

drop function find_api_key(bytea);
create function find_api_key(hash bytea) returns json
  language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return (select json_build_object('id', k.id, 'tenantId', k.tenant_id, 'tenantKind', tenant_kind(t), 'accountId', k.account_id,
      'name', m.name, 'kind', a.kind, 'role', m.role, 'scopes', k.scopes, 'usedAt', k.last_used_at,
      'refusal', credential_refusal(k.revoked_at, k.expires_at, a, m, t))
    from api_key k join membership m using (tenant_id, account_id) join account a on a.id = k.account_id
      join tenant t on t.id = k.tenant_id
    where k.key_hash = hash);
end $$;

drop function account_tenants(uuid);
create function account_tenants(wanted uuid) returns table (
    tenant_id uuid, slug text, name text, role text, sample boolean, instance boolean, suspended boolean)
  language sql stable security definer set search_path = public, pg_temp as $$
  select t.id, t.slug, t.name, m.role, t.sample, t.instance, t.suspended_at is not null
  from membership m join tenant t on t.id = m.tenant_id
  where m.account_id = wanted and m.disabled_at is null
  order by t.instance, t.sample, t.created_at
$$;

drop function find_invitation(bytea);
create function find_invitation(hash bytea) returns table (tenant_id uuid, id uuid, email text, role text, suspended boolean)
  language sql stable security definer set search_path = public, pg_temp as $$
  select i.tenant_id, i.id, i.email, i.role, t.suspended_at is not null
  from invitation i join tenant t on t.id = i.tenant_id
  where i.code_hash = hash and i.accepted_at is null and i.revoked_at is null and i.expires_at > now()
$$;

create or replace function instance_state() returns table (tenants bigint, setup_open boolean, sample_tenant uuid)
  language sql stable security definer set search_path = public, pg_temp as $$
  select (select count(*) from tenant where not sample and not instance),
         exists (select from setup_code where used_at is null),
         (select id from tenant where sample limit 1)
$$;

create function instance_tenant() returns uuid
  language sql stable security definer set search_path = public, pg_temp as $$
  select id from tenant where instance
$$;

-- Whether the transaction's tenant has an admin besides `except_account` who could sign in.
create function has_other_admin(except_account uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp as $$
  select exists (
    select from membership m join account a on a.id = m.account_id
    where m.tenant_id = current_tenant() and m.account_id <> except_account and m.role = 'admin' and a.kind = 'person'
      and m.disabled_at is null and a.disabled_at is null)
$$;

-- Lets the first administrator into the operators' tenant, while it has nobody.
create function join_instance_tenant(member uuid, member_name text, member_email text) returns uuid
  language sql security definer set search_path = public, pg_temp as $$
  insert into membership (tenant_id, account_id, role, name, email)
  select t.id, member, 'admin', member_name, member_email from tenant t
  where t.instance and not exists (select from membership m where m.tenant_id = t.id)
  returning tenant_id
$$;

-- Who set this instance up, before there was a tenant for operators.
create function first_administrator() returns table (account_id uuid, name text, email text)
  language sql stable security definer set search_path = public, pg_temp as $$
  select m.account_id, m.name, m.email
  from audit_event e join membership m on m.tenant_id = e.tenant_id and m.account_id = e.actor_id
  where e.action = 'instance.set_up' order by e.id limit 1
$$;

-- What operators may ask of all tenants. Each answers in a transaction of the operators' tenant alone.

create function is_instance_tenant() returns boolean
  language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from tenant where id = current_tenant() and instance)
$$;

create function list_tenants(before uuid, most integer) returns table (id uuid, slug text, name text, kind text,
    created_at timestamptz, suspended_at timestamptz, members bigint, systems bigint, records bigint)
  language sql stable security definer set search_path = public, pg_temp as $$
  select t.id, t.slug, t.name, tenant_kind(t), t.created_at, t.suspended_at,
    (select count(*) from membership m where m.tenant_id = t.id),
    (select count(*) from system s where s.tenant_id = t.id),
    (select count(*) from record r where r.tenant_id = t.id)
  from tenant t where is_instance_tenant() and (before is null or t.id < before)
  order by t.id desc limit most
$$;

-- True where the tenant exists, isn't the operators' own, and was in the other state.
create function set_tenant_suspended(wanted uuid, suspended boolean) returns boolean
  language sql security definer set search_path = public, pg_temp as $$
  with changed as (
    update tenant set suspended_at = case when suspended then now() end
    where id = wanted and not instance and (suspended_at is null) = suspended and is_instance_tenant() returning 1)
  select exists (select from changed)
$$;

-- Ends every session of an account when it is disabled, so that enabling it brings none of them back.
create function set_account_disabled(wanted uuid, disabled boolean) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not is_instance_tenant() then return false; end if;
  update account set disabled_at = case when disabled then now() end
    where id = wanted and kind = 'person' and (disabled_at is null) = disabled;
  if not found then return false; end if;
  if disabled then update session set revoked_at = now() where account_id = wanted and revoked_at is null; end if;
  return true;
end $$;

-- A service account's name as it signs; people name themselves.
create function rename_service_account(wanted uuid, new_name text) returns void
  language sql security definer set search_path = public, pg_temp as $$
  update account set name = new_name where id = wanted and kind = 'service'
    and exists (select from membership m where m.account_id = wanted and m.tenant_id = current_tenant())
$$;

revoke execute on function tenant_kind(tenant),
  credential_refusal(timestamptz, timestamptz, account, membership, tenant), find_session(uuid), find_api_key(bytea), account_tenants(uuid), find_invitation(bytea),
  instance_tenant(), has_other_admin(uuid), join_instance_tenant(uuid, text, text), first_administrator(), is_instance_tenant(),
  list_tenants(uuid, integer), set_tenant_suspended(uuid, boolean), set_account_disabled(uuid, boolean),
  rename_service_account(uuid, text) from public;
grant execute on function account_tenants(uuid), instance_tenant(), has_other_admin(uuid), join_instance_tenant(uuid, text, text),
  list_tenants(uuid, integer), set_tenant_suspended(uuid, boolean), set_account_disabled(uuid, boolean),
  rename_service_account(uuid, text) to afterai_app;
