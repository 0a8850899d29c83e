-- name: begin_erasing
-- The trigger of migration 4 lets bodies go while this is on, which is until the transaction ends.
select set_config('lrs.erasing', 'on', true);

-- name: set_states
update event set state = fresh.state
from unnest(%b::bigint[], %b::bytea[]) as fresh (position, state)
where event.notification_id = fresh.position;

-- name: listed
select position from statement where position = any(%b::bigint[]);

-- name: delete_references
delete from reference using unnest(%b::uuid[], %b::bigint[]) as gone (target, position)
where reference.target = gone.target and reference.position = gone.position;

-- name: drop_documents
delete from document where stream = any(%b::uuid[]);
