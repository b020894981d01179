-- What may wait to be closed: decided, and verified or not to be done. In the order of ids, as they waited.
create index change_unclosed on change (tenant_id, id)
  where status <> 'dismissed' and not closed and not decision_pending and decided_as is not null
    and (verified or decided_as = 'not_act');
