-- name: find
-- A voiding statement is never itself voided, which the caller decides: it has the statement.
select state, exists (select 1 from reference where target = :id and voids) as voided
from event where originator_id = :id and originator_version = 1 and topic = 'StatementRecorded';

-- name: stored_by
-- The last listed position stored at or before a moment.
select position from statement where stored <= ? order by stored desc limit 1;

-- name: documents
-- Of one owner, stored after a moment, in order of their ids.
select document_id, registration from document
where resource = :resource and activity = :activity and agent = :agent
    and (:registration is null or registration = :registration)
    and (:since is null or stored > :since)
order by document_id;
