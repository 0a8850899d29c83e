-- What every append begins with, in one call: the locks in their order, then the head as it is under
-- them, and the time.
create function lock_log(out "position" bigint, out stored timestamptz, out now timestamptz)
language plpgsql as $$
begin
    -- The library's lock, so that its guarantee holds for its own tools too: no other append writes.
    lock table event in exclusive mode;
    -- Held until the commit is done; whoever gets it shared knows that no append is under way.
    perform pg_advisory_xact_lock(1819440897);
    select log_head.position, log_head.stored, clock_timestamp() into "position", stored, now
    from log_head for update;
end
$$;
