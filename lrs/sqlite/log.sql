-- name: lock_head
-- Everything an append must know; the transaction began immediate, so nobody else appends now.
select position, stored from log_head;

-- name: move_head
update log_head set position = ?, stored = ?;

-- name: insert_event
insert into event (rowid, originator_id, originator_version, topic, state)
values (?, ?, ?, ?, ?);

-- name: insert_statement
insert into statement (position, stored) values (?, ?);

-- name: insert_term
-- What an older statement inherits again through another reference is there already.
insert or ignore into term (kind, key, position, via) values (?, ?, ?, ?);

-- name: insert_reference
insert into reference (target, position, source, voids) values (?, ?, ?, ?);

-- name: delete_statement
delete from statement where position = ?;

-- name: delete_term
delete from term where kind = ? and key = ? and position = ? and via = ?;

-- name: references_to
select target, position, source, voids from reference
where target in (select value from json_each(?));

-- name: first_events
select rowid, originator_id, originator_version, topic, state from event
where originator_version = 1 and originator_id in (select value from json_each(?));

-- name: events_at
select rowid, originator_id, originator_version, topic, state from event
where rowid in (select value from json_each(?)) order by rowid;

-- name: head
select position, stored, log_id from log_head;

-- name: put_document
insert into document (stream, resource, activity, agent, registration, document_id, stored)
values (?, ?, ?, ?, ?, ?, ?)
on conflict (stream) do update set stored = excluded.stored;

-- name: drop_document
delete from document where stream = ?;
