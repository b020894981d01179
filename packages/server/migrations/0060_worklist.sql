-- How far each change has come, beside it: lists are asked for it, and would have to look into six tables for every change that they pass.
-- The database keeps it itself, so that no release, and no code, can say something else.
alter table change
  -- The verdict of its newest assessment; null while there is none.
  add column assessed_as text,
  -- What its newest record says; null while there is none.
  add column decided_as text,
  add column decision_pending boolean not null default false,
  add column verified boolean not null default false,
  add column closed boolean not null default false,
  add column emergency_declared boolean not null default false;

create function note_assessment() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update change c set assessed_as = (
      select a.verdict from assessment a where a.tenant_id = c.tenant_id and a.change_id = c.id order by a.id desc limit 1)
    where c.tenant_id = new.tenant_id and c.id = new.change_id;
  return null;
end $$;
create trigger noted after insert on assessment for each row execute function note_assessment();

create function note_decision() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  -- Of a change one decision at most is open; the index decision_open holds them to it.
  update change set decision_pending = new.status = 'proposed'
    where tenant_id = new.tenant_id and id = new.change_id and decision_pending <> (new.status = 'proposed');
  return null;
end $$;
create trigger noted after insert or update of status on decision for each row execute function note_decision();

create function note_record() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update change c set decided_as = (
      select r.decision from record r where r.tenant_id = c.tenant_id and r.change_id = c.id order by r.sealed_at desc limit 1)
    where c.tenant_id = new.tenant_id and c.id = new.change_id;
  return null;
end $$;
create trigger noted after insert on record for each row execute function note_record();

create function note_verification() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update change set verified = true where tenant_id = new.tenant_id and id = new.change_id;
  return null;
end $$;
create trigger noted after insert on verification for each row execute function note_verification();

create function note_closure() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update change set closed = true where tenant_id = new.tenant_id and id = new.change_id;
  return null;
end $$;
create trigger noted after insert on closure for each row execute function note_closure();

create function note_emergency() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update change set emergency_declared = true where tenant_id = new.tenant_id and id = new.change_id;
  return null;
end $$;
create trigger noted after insert on emergency for each row execute function note_emergency();

revoke execute on function note_assessment(), note_decision(), note_record(), note_verification(), note_closure(), note_emergency() from public;

update change c set
    assessed_as = (select a.verdict from assessment a where a.tenant_id = c.tenant_id and a.change_id = c.id order by a.id desc limit 1),
    decided_as = (select r.decision from record r where r.tenant_id = c.tenant_id and r.change_id = c.id order by r.sealed_at desc limit 1),
    decision_pending = exists (select from decision d where d.tenant_id = c.tenant_id and d.change_id = c.id and d.status = 'proposed'),
    verified = exists (select from verification v where v.tenant_id = c.tenant_id and v.change_id = c.id),
    closed = exists (select from closure l where l.tenant_id = c.tenant_id and l.change_id = c.id),
    emergency_declared = exists (select from emergency e where e.tenant_id = c.tenant_id and e.change_id = c.id);

-- Ids come in the order of time: an index in their order fills its pages, and is read backwards as well.
-- What is still to be worked on: neither dismissed nor closed, and not both decided and reviewed, unless it is decided again.
create index change_at_work on change (tenant_id, id)
  where status <> 'dismissed' and not closed and (not verified or decided_as is null or decision_pending);
create index change_at_work_by_system on change (tenant_id, system_id, id)
  where status <> 'dismissed' and not closed and (not verified or decided_as is null or decision_pending);
-- The few that the watch over standings found wrong, or due for a review.
create index told_standing_amiss on told_standing (tenant_id, told_at)
  where standing in ('contrary', 'condition_broken', 'deviating', 'overdue', 'review_due');
create index told_change_amiss on told_change (tenant_id, told_at)
  where standing in ('contrary', 'condition_broken', 'deviating', 'overdue', 'review_due');
-- Which record corrects another; records of a system, and open decisions, in the order of lists.
create index record_superseding on record (tenant_id, supersedes) where supersedes is not null;
create index record_by_system on record (tenant_id, system_id, id);
create index decision_proposed on decision (tenant_id, id) where status = 'proposed';
-- By whom, and the few that had to run first.
create index change_by_author on change (tenant_id, author_id, id);
create index change_in_emergency on change (tenant_id, id) where emergency_declared;
