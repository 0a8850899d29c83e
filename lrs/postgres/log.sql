-- name: lock
-- Everything an append must know, read under its locks; see migration 5.
select position, stored, now from lock_log();

-- name: insert_events
-- And move the head. Binary column arrays: the stock insert sends every state as escaped text. A place
-- that is taken shows in the number of rows; as an error it would stand in the database's own log
-- whenever a client sends something again.
with moved as (update log_head set position = %b, stored = %b)
insert into event (notification_id, originator_id, originator_version, topic, state)
select * from unnest(%b::bigint[], %b::uuid[], %b::bigint[], %b::text[], %b::bytea[])
on conflict do nothing;

-- name: insert_statements
insert into statement (position, stored) select * from unnest(%b::bigint[], %b::timestamptz[]);

-- name: insert_fresh
-- Statements and their terms, of which none can be there already.
with listed as (
    insert into statement (position, stored) select * from unnest(%b::bigint[], %b::timestamptz[])
)
insert into term (kind, key, position, via)
select kind, key, position, 0
from unnest(%b::smallint[], %b::bigint[], %b::bigint[]) as fresh (kind, key, position);

-- name: insert_terms
-- What an older statement inherits again through another reference is there already.
insert into term (kind, key, position, via)
select * from unnest(%b::smallint[], %b::bigint[], %b::bigint[], %b::bigint[])
on conflict do nothing;

-- name: insert_references
insert into reference (target, position, source, voids)
select * from unnest(%b::uuid[], %b::bigint[], %b::uuid[], %b::boolean[]);

-- name: delete_statements
delete from statement where position = any(%b::bigint[]);

-- name: delete_terms
delete from term using unnest(%b::smallint[], %b::bigint[], %b::bigint[], %b::bigint[])
    as gone (kind, key, position, via)
where term.kind = gone.kind and term.key = gone.key
    and term.position = gone.position and term.via = gone.via;

-- name: references_to
select target, position, source, voids from reference where target = any(%b::uuid[]);

-- name: first_events
select notification_id, originator_id, originator_version, topic, state
from event where originator_version = 1 and originator_id = any(%b::uuid[]);

-- name: events_at
select notification_id, originator_id, originator_version, topic, state
from event where notification_id = any(%b::bigint[]) order by notification_id;

-- name: head
select position, stored, log_id from log_head;

-- name: put_document
insert into document (stream, resource, activity, agent, registration, document_id, stored)
values (%b, %b, %b, %b, %b, %b, %b)
on conflict (stream) do update set stored = excluded.stored;

-- name: drop_document
delete from document where stream = %b;
