-- name: find
-- A voiding statement is never itself voided, which the caller decides: it has the statement.
select state, exists (select from reference where target = %(id)s and voids) as voided
from event where originator_id = %(id)s and originator_version = 1 and topic = 'StatementRecorded';

-- name: stored_by
-- The last listed position stored at or before a moment.
select position from statement where stored <= %(moment)s order by stored desc limit 1;

-- name: positions_about
-- What is voided has no terms of its own any more; what was voided later counted then.
select position from term
where kind = any(%(kinds)s) and key = any(%(keys)s) and via = 0 and position <= %(upto)s
union
select event.notification_id from reference
join event on event.originator_id = reference.target and event.originator_version = 1
where reference.voids and reference.position > %(upto)s and event.notification_id <= %(upto)s
order by position;

-- name: consistent_through
-- While no append is under way, whatever is stored later gets a later time: this moment will do.
select case
    when pg_try_advisory_xact_lock_shared(1819440897) then clock_timestamp()
    else (select stored from log_head)
end as moment;

-- name: documents
-- Of one owner, stored after a moment, in order of their ids.
select document_id, registration from document
where resource = %(resource)s and activity = %(activity)s and agent = %(agent)s
    and (%(registration)s::uuid is null or registration = %(registration)s)
    and (%(since)s::timestamptz is null or stored > %(since)s)
order by document_id;
