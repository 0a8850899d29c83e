-- name: lock_tree
-- Held until the commit: one at a time extends the tree or signs it.
select pg_advisory_xact_lock(1819440898);

-- name: lead
-- Held by the connection, over all of its transactions.
select pg_try_advisory_lock(1819440899) as leading;

-- name: stop_leading
select pg_advisory_unlock(1819440899);

-- name: last_tile
select number, octet_length(hashes) as bytes from tile where level = 0
order by number desc limit 1;

-- name: tile
select hashes from tile where level = %(level)s and number = %(number)s;

-- name: put_tile
insert into tile (level, number, hashes) values (%(level)s, %(number)s, %(hashes)b)
on conflict (level, number) do update set hashes = excluded.hashes;

-- name: last_checkpoint
select size, key, note from checkpoint order by size desc limit 1;

-- name: checkpoints
select size, key, note from checkpoint where key = %(key)s and size > %(after)s and size <= %(upto)s
order by size limit %(limit)s;

-- name: add_checkpoint
insert into checkpoint (size, key, note) values (%(size)s, %(key)s, %(note)b);

-- name: event_bytes
-- How long each is, so that a page of large ones can be cut.
select notification_id as position, octet_length(state) as bytes from event
where notification_id > %(after)s and notification_id <= %(upto)s
order by notification_id limit %(limit)s;

-- name: events
select notification_id as position, originator_id, originator_version, topic, state from event
where notification_id > %(after)s and notification_id <= %(upto)s
order by notification_id;

-- name: first_event
select notification_id as position, originator_id, originator_version, topic, state from event
where originator_id = %(stream)s and originator_version = 1;
