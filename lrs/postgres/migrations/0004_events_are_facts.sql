-- Events are facts: none goes, and none changes but for its body's destruction, which an erasure
-- alone does (lrs/postgres/erasure.sql). What is left is shorter, and everything else is as it was.
create function event_is_a_fact() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        if current_setting('lrs.erasing', true) = 'on'
            and new.notification_id = old.notification_id
            and new.originator_id = old.originator_id
            and new.originator_version = old.originator_version
            and new.topic = old.topic
            and length(new.state) <= length(old.state)
        then
            return new;
        end if;
    end if;
    raise exception 'events are facts: only an erasure changes one, and only its body'
        using errcode = 'insufficient_privilege';
end
$$;
create trigger event_is_a_fact before update or delete on event
    for each row execute function event_is_a_fact();
create trigger events_stay before truncate on event
    for each statement execute function event_is_a_fact();

-- Statistics keep samples of what they are about; nobody searches by a state.
alter table event alter column state set statistics 0;
