-- name: find
-- A voiding statement is never itself voided, which the caller decides: it has the statement.
select state, exists (select 1 from reference where target = :id and voids) as voided
from event where originator_id = :id and originator_version = 1 and topic = 'StatementRecorded';

-- name: stored_by
-- The last listed position stored at or before a moment.
select position from statement where stored <= ? order by stored desc limit 1;

-- name: positions_about
-- What is voided has no terms of its own any more; what was voided later counted then.
select position from term
where kind in (select value from json_each(:kinds)) and key in (select value from json_each(:keys))
    and via = 0 and position <= :upto
union
select event.rowid from reference
join event on event.originator_id = reference.target and event.originator_version = 1
where reference.voids and reference.position > :upto and event.rowid <= :upto
order by position;

-- name: documents
-- Of one owner, stored after a moment, in order of their ids.
select document_id, registration from document
where resource = :resource and activity = :activity and agent = :agent
    and (:registration is null or registration = :registration)
    and (:since is null or stored > :since)
order by document_id;
