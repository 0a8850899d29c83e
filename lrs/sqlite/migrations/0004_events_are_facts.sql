-- Events are facts: none goes, and none changes but for its body's destruction, which an erasure
-- alone does (lrs/sqlite/erasure.sql). What is left is shorter, and everything else is as it was.
create table erasing (only_row integer primary key check (only_row = 1));

create trigger event_stays before delete on event
begin
    select raise(abort, 'events are facts: none is ever deleted');
end;

create trigger event_is_a_fact before update on event
when not exists (select 1 from erasing)
    or new.rowid <> old.rowid
    or new.originator_id <> old.originator_id
    or new.originator_version <> old.originator_version
    or new.topic <> old.topic
    or length(new.state) > length(old.state)
begin
    select raise(abort, 'events are facts: only an erasure changes one, and only its body');
end;
