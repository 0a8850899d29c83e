-- name: last_tile
select number, length(hashes) as bytes from tile where level = 0
order by number desc limit 1;

-- name: tile
select hashes from tile where level = :level and number = :number;

-- name: put_tile
insert into tile (level, number, hashes) values (:level, :number, :hashes)
on conflict (level, number) do update set hashes = excluded.hashes;

-- name: last_checkpoint
select size, key, note from checkpoint order by size desc limit 1;

-- name: checkpoints
select size, key, note from checkpoint where key = :key and size > :after and size <= :upto
order by size limit :limit;

-- name: add_checkpoint
insert into checkpoint (size, key, note) values (:size, :key, :note);

-- name: event_bytes
-- How long each is, so that a page of large ones can be cut.
select rowid as position, length(state) as bytes from event
where rowid > :after and rowid <= :upto
order by rowid limit :limit;

-- name: events
-- Bytes, whatever lies there: what is no text any more is for the verifier to find.
select rowid as position, cast(originator_id as blob) as originator_id, originator_version,
    cast(topic as blob) as topic, state
from event where rowid > :after and rowid <= :upto order by rowid;

-- name: first_event
select rowid as position, cast(originator_id as blob) as originator_id, originator_version,
    cast(topic as blob) as topic, state
from event where originator_id = :stream and originator_version = 1;
