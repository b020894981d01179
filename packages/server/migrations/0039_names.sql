-- Who did it, by the name, the address and the key that they had then: a later name, or a member who is gone, leaves the past as it was.
-- They lie beside what the log commits to, not in it (ADR 0026), so that they can be taken out.
alter table audit_event add column actor_name text, add column actor_email text, add column actor_key text;
alter table decision add column author_email text;
alter table approval add column approver_email text;

-- Of what was before, the names of now, as far as their members are still there.
update audit_event e set actor_name = m.name, actor_email = m.email
  from membership m where m.tenant_id = e.tenant_id and m.account_id = e.actor_id;
update decision d set author_email = m.email
  from membership m where m.tenant_id = d.tenant_id and m.account_id = d.author_id;
update approval a set approver_email = m.email
  from membership m where m.tenant_id = a.tenant_id and m.account_id = a.approver_id;
