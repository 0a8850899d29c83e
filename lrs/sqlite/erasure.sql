-- name: begin_erasing
-- The triggers of migration 4 let bodies go while this row is there; it never outlives a transaction.
insert into erasing (only_row) values (1);

-- name: end_erasing
delete from erasing;

-- name: set_state
update event set state = ? where rowid = ?;

-- name: listed
select position from statement where position in (select value from json_each(?));

-- name: delete_reference
delete from reference where target = ? and position = ?;
