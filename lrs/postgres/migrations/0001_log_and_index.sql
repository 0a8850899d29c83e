-- The log. Columns are the library's; positions are given by log_head, not by a sequence, so they
-- have no gaps.
create table event (
    originator_id uuid not null,
    originator_version bigint not null,
    topic text not null,
    state bytea not null,
    notification_id bigint not null,
    primary key (originator_id, originator_version)
) with (autovacuum_vacuum_insert_scale_factor = 0.05);
create unique index event_position on event (notification_id);

-- One row: who this log is, where it ends and when that was stored. Locked by every append.
create table log_head (
    only_row boolean primary key default true check (only_row),
    log_id uuid not null default gen_random_uuid(),
    position bigint not null default 0,
    stored timestamptz not null default 'epoch'
);
insert into log_head default values;

-- The statements that GET /statements may list: recorded and not voided.
create table statement (
    position bigint primary key,
    stored timestamptz not null
);
create unique index statement_stored on statement (stored);

-- The conditions that listed statements meet; see lrs/index.py.
create table term (
    kind smallint not null,
    key bigint not null,
    position bigint not null,
    via bigint not null,
    primary key (kind, key, position, via)
);

-- Which statement refers to which; the target may not be recorded yet.
create table reference (
    target uuid not null,
    position bigint not null,
    source uuid not null,
    voids boolean not null,
    primary key (target, position)
);
