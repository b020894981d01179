-- Removes a tenant that is labelled as a sample, with its whole log. For any other tenant it does nothing.
-- The ledger's triggers let exactly these rows go (refuse_change in 0003).
create function remove_sample_tenant(wanted uuid) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
declare name text;
begin
  if not exists (select from tenant where id = wanted and sample) then
    return false;
  end if;
  foreach name in array array['record_section', 'record', 'approval', 'decision', 'assessment', 'evaluation', 'observation',
    'change', 'environment', 'configuration', 'system', 'ledger_outbox', 'ledger_refused', 'ledger_checkpoint', 'ledger_tile', 'ledger_entry',
    'ledger_log', 'tenant_key', 'idempotency', 'audit_event', 'api_key', 'session', 'invitation'] loop
    execute format('delete from %I where tenant_id = $1', name) using wanted;
  end loop;
  delete from membership where tenant_id = wanted;
  -- The sample's own people have no other tenant; whoever else was let in keeps their account.
  delete from account where email like '%@sample.invalid';
  delete from tenant where id = wanted;
  return true;
end $$;
revoke execute on function remove_sample_tenant(uuid) from public;
grant execute on function remove_sample_tenant(uuid) to afterai_app;

-- Lets the first administrator into the sample, where there is one, in the transaction that makes the account.
create function join_sample_tenant(member uuid, member_name text, member_email text) returns void
  language sql security definer set search_path = public, pg_temp as $$
  insert into membership (tenant_id, account_id, role, name, email)
  select id, member, 'admin', member_name, member_email from tenant where sample
$$;
revoke execute on function join_sample_tenant(uuid, text, text) from public;
grant execute on function join_sample_tenant(uuid, text, text) to afterai_app;

-- A sample whose making was cut off: it has no record.
create function unfinished_sample() returns uuid
  language sql stable security definer set search_path = public, pg_temp as $$
  select t.id from tenant t where t.sample and not exists (select from record r where r.tenant_id = t.id)
$$;
revoke execute on function unfinished_sample() from public;

create function labelled_sample_stays() returns trigger language plpgsql as $$
begin
  raise exception 'a tenant keeps its label' using errcode = 'restrict_violation';
end $$;
create trigger labelled_sample_stays before update of sample on tenant for each row
  when (old.sample is distinct from new.sample) execute function labelled_sample_stays();
