-- When and how a session's person last proved who they are (`amr`: RFC 8176), and what they see of it in their list of sessions.
alter table session
  add column authenticated_at timestamptz not null default now(),
  add column amr              text[] not null default '{}',
  add column address          text,
  add column device           text;
update session set authenticated_at = created_at;

-- A person's sessions in all of their tenants: those of the account that the transaction acts for.
create policy of_account_read on session for select to afterai_app using (account_id = current_account());
create policy of_account_end on session for update to afterai_app using (account_id = current_account());
create index session_account on session (account_id);
