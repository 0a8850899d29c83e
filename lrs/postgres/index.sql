-- name: find
-- A voiding statement is never itself voided, which the caller decides: it has the statement.
select state, exists (select from reference where target = %(id)s and voids) as voided
from event where originator_id = %(id)s and originator_version = 1 and topic = 'StatementRecorded';

-- name: stored_by
-- The last listed position stored at or before a moment.
select position from statement where stored <= %(moment)s order by stored desc limit 1;

-- name: head_stored
select stored from log_head;
