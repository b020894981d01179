-- Device authorization (RFC 8628): a session for a command line, approved by a person who is signed in elsewhere.
create table device_authorization (
  device_hash   bytea primary key,
  user_hash     bytea not null unique,
  client_label  text not null,
  -- Whose members alone may approve it; null for any tenant's.
  wanted_tenant text,
  address       text not null,
  created_at    timestamptz not null default now(),
  expires_at    timestamptz not null,
  -- When it was last asked for, and how long it must wait between two times: it grows when it doesn't.
  polled_at     timestamptz,
  interval_s    integer not null default 5,
  decided_at    timestamptz,
  approved      boolean,
  -- Whose session it becomes, and the session that decided: what is approved carries its proof and its end, and ends with it.
  tenant_id     uuid references tenant on delete cascade,
  account_id    uuid references account on delete cascade,
  session_id    uuid
);
create index device_authorization_expiry on device_authorization (expires_at);
-- No role reads it: it belongs to nobody until it is approved. The functions below answer for one exact code.
alter table device_authorization enable row level security;

-- Wrong codes that a session has given lately, so that guessing is bounded.
create table device_code_guess (
  tenant_id  uuid not null,
  session_id uuid not null,
  failed_at  timestamptz not null default now(),
  id         uuid not null,
  primary key (tenant_id, session_id, id),
  foreign key (tenant_id, session_id) references session on delete cascade
);
alter table device_code_guess enable row level security;
create policy own on device_code_guess to afterai_app using (tenant_id = current_tenant());
grant select, insert on device_code_guess to afterai_app;

-- False when the instance has too many open requests: nobody may fill the table.
create function put_device_authorization(device bytea, usercode bytea, label text, from_address text, tenant_slug text)
  returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  delete from device_authorization where expires_at < now() - interval '1 hour';
  if (select count(*) from device_authorization where expires_at > now()) >= 10000
     or (select count(*) from device_authorization where address = from_address and expires_at > now()) >= 100 then
    return false;
  end if;
  insert into device_authorization (device_hash, user_hash, client_label, address, wanted_tenant, expires_at)
  values (device, usercode, label, from_address, tenant_slug, now() + interval '10 minutes');
  return true;
end $$;

-- Whether the tenant of the transaction is one that may approve.
create function may_approve(wanted text) returns boolean
  language sql stable security definer set search_path = public, pg_temp as $$
  select wanted is null or exists (select from tenant t where t.id = current_tenant() and t.slug = wanted)
$$;

-- The request of a code, while it waits for a decision.
create function find_device_authorization(usercode bytea) returns table (
    client_label text, address text, created_at timestamptz, expires_at timestamptz)
  language sql stable security definer set search_path = public, pg_temp as $$
  select d.client_label, d.address, d.created_at, d.expires_at from device_authorization d
  where d.user_hash = usercode and d.decided_at is null and d.expires_at > now() and may_approve(d.wanted_tenant)
$$;

-- Decides once, for whose session it is, who must be a member of the tenant of the transaction.
create function decide_device_authorization(usercode bytea, yes boolean, by_session uuid)
  returns boolean language sql security definer set search_path = public, pg_temp as $$
  with decided as (
    update device_authorization d set decided_at = now(), approved = yes, tenant_id = s.tenant_id, account_id = s.account_id,
      session_id = s.id
    from session s join membership m using (tenant_id, account_id)
    where d.user_hash = usercode and d.decided_at is null and d.expires_at > now() and may_approve(d.wanted_tenant)
      and s.id = by_session and s.tenant_id = current_tenant()
    returning 1)
  select exists (select from decided)
$$;

-- What a device is told that asks: unknown, expired, slow_down, pending, denied or approved.
create function poll_device_authorization(device bytea) returns table (state text, interval_s integer, tenant_id uuid)
  language plpgsql security definer set search_path = public, pg_temp as $$
declare d device_authorization;
begin
  select * into d from device_authorization a where a.device_hash = device for update;
  if not found then return query select 'unknown', 0, null::uuid; return; end if;
  if d.expires_at <= now() then return query select 'expired', 0, null::uuid; return; end if;
  if d.polled_at > now() - make_interval(secs => d.interval_s) then
    -- RFC 8628 3.5: five seconds more, from now on.
    d.interval_s := least(d.interval_s + 5, 60);
    update device_authorization a set polled_at = now(), interval_s = d.interval_s where a.device_hash = device;
    return query select 'slow_down', d.interval_s, null::uuid; return;
  end if;
  -- An approved one is left as it is: what it becomes is one transaction of its own.
  update device_authorization a set polled_at = now() where a.device_hash = device and a.approved is not true;
  return query select case when d.decided_at is null then 'pending' when d.approved then 'approved' else 'denied' end,
    d.interval_s, d.tenant_id;
end $$;

-- Spends an approved request in the transaction that opens its session. Of two callers at once, one gets it.
create function take_device_authorization(device bytea) returns table (slug text, session_id uuid)
  language sql security definer set search_path = public, pg_temp as $$
  with taken as (
    delete from device_authorization d
    where d.device_hash = device and d.approved and d.expires_at > now() and d.tenant_id = current_tenant() returning d.*)
  select t.slug, k.session_id from taken k join tenant t on t.id = k.tenant_id
$$;

-- Denies what an account has approved and no device has fetched yet: in the tenant of the transaction, or in all of them where it acts
-- for itself. Before its sessions are ended: it waits for a session that is being opened for a device, so that this one ends too.
create function withdraw_device_approvals(of_account uuid) returns void
  language sql security definer set search_path = public, pg_temp as $$
  update device_authorization d set approved = false
  where d.account_id = of_account and d.approved and (d.tenant_id = current_tenant() or d.account_id = current_account())
$$;

revoke execute on function put_device_authorization(bytea, bytea, text, text, text), find_device_authorization(bytea), may_approve(text),
  decide_device_authorization(bytea, boolean, uuid), poll_device_authorization(bytea),
  take_device_authorization(bytea), withdraw_device_approvals(uuid) from public;
grant execute on function find_device_authorization(bytea), decide_device_authorization(bytea, boolean, uuid),
  take_device_authorization(bytea), withdraw_device_approvals(uuid) to afterai_app;
