-- Rates of requests, shared by all processes. Unlogged: what a crash of the database forgets is a minute's count.
-- Keys are keyed hashes, so that no address is kept.
create unlogged table rate_level (
  key        bytea primary key,
  -- Requests counted and not yet drained, as of `counted_at`.
  level      double precision not null,
  counted_at timestamptz not null,
  empty_at   timestamptz not null
);
create index rate_level_empty on rate_level (empty_at);
alter table rate_level enable row level security;

-- Adds what a process counted since it last asked, and answers each key's level over all processes. A level drains steadily.
create function settle_rates(keys bytea[], counts double precision[], per_second double precision[])
  returns table (key bytea, level double precision)
  language sql security definer set search_path = public, pg_temp as $$
  insert into rate_level as known (key, level, counted_at, empty_at)
    -- In one order, so that two processes never wait for each other.
    select k, c, clock_timestamp(), clock_timestamp() + c / p * interval '1 second'
    from unnest(keys, counts, per_second) as counted (k, c, p) order by k
  on conflict (key) do update set
    level = greatest(0, extract(epoch from known.empty_at - clock_timestamp())
      * (excluded.level / nullif(extract(epoch from excluded.empty_at - excluded.counted_at), 0))) + excluded.level,
    counted_at = clock_timestamp(),
    empty_at = greatest(known.empty_at, clock_timestamp()) + (excluded.empty_at - excluded.counted_at)
  returning known.key, known.level
$$;

-- Forgets what has drained, a bounded number at once.
create function forget_rates() returns void
  language sql security definer set search_path = public, pg_temp as $$
  delete from rate_level where key in (
    select key from rate_level where empty_at < clock_timestamp() order by empty_at limit 10000 for update skip locked)
$$;

-- Failed guesses at a password or a code: by a subject from a network, by a subject, or from a network. Keyed hashes again.
create table guess (
  key         bytea primary key,
  failures    integer not null,
  not_before  timestamptz not null,
  last_at     timestamptz not null
);
create index guess_last on guess (last_at);
alter table guess enable row level security;

-- Networks from which a subject has shown the right secret: others' failures don't delay them.
create table known_place (
  key     bytea primary key,
  last_at timestamptz not null
);
create index known_place_last on known_place (last_at);
alter table known_place enable row level security;

-- Counts an attempt before it is looked at, as if it had failed, or answers the milliseconds to wait and counts nothing.
-- `pair` is the subject from its network; `whole` the subject from anywhere, null where only the network counts.
create function begin_guess(pair bytea, whole bytea, free integer, free_whole integer) returns double precision
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  wait interval;
  at timestamptz;
begin
  -- A known place has its own count alone.
  if exists (select from known_place where key = pair and last_at > now() - interval '90 days') then
    whole := null;
  end if;
  insert into guess (key, failures, not_before, last_at)
    select k, 0, '-infinity', clock_timestamp() from unnest(array[pair, whole]) k where k is not null order by k
    on conflict (key) do nothing;
  perform from guess where key in (pair, whole) order by key for update;
  at := clock_timestamp();
  update guess set failures = 0, not_before = '-infinity' where key in (pair, whole) and last_at < at - interval '24 hours';
  select max(not_before) - at into wait from guess where key in (pair, whole) and not_before > at;
  if wait is not null then
    return extract(epoch from wait) * 1000;
  end if;
  -- Alone, from one network: after the free ones 1 s, doubled each time, up to a quarter of an hour.
  update guess set failures = failures + 1, last_at = at,
    not_before = case when failures + 1 < free then '-infinity'
      else at + least(900, power(2, least(failures + 1 - free, 20))) * interval '1 second' end
    where key = pair;
  -- From everywhere: more are free, and the wait ends at a minute, so that nobody is kept out by others.
  update guess set failures = failures + 1, last_at = at,
    not_before = case when failures + 1 < free_whole then '-infinity'
      else at + least(60, power(2, least((failures + 1 - free_whole) / 10, 20))) * interval '1 second' end
    where key = whole;
  return 0;
end $$;

-- The secret was right: its network's count is gone, the subject's is one less, and the place is known from now on.
create function end_guess(pair bytea, whole bytea) returns void
  language sql security definer set search_path = public, pg_temp as $$
  delete from guess where key = pair;
  update guess set failures = greatest(0, failures - 1), not_before = '-infinity' where key = whole;
  insert into known_place (key, last_at) select pair, now() where whole is not null
    on conflict (key) do update set last_at = excluded.last_at;
$$;

-- Whether a set-up code is the open one, before anything costly is done for whoever gave it.
create function is_setup_code(hash bytea) returns boolean
  language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from setup_code where code_hash = hash and used_at is null)
$$;

create function forget_guesses() returns void
  language sql security definer set search_path = public, pg_temp as $$
  delete from guess where last_at < now() - interval '24 hours';
  delete from known_place where last_at < now() - interval '90 days';
$$;

revoke execute on function settle_rates(bytea[], double precision[], double precision[]), forget_rates(),
  begin_guess(bytea, bytea, integer, integer), end_guess(bytea, bytea), is_setup_code(bytea), forget_guesses() from public;
