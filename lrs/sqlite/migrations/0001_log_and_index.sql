-- The log. Columns are the library's, which reads the position as `rowid`: declared here, because a
-- bare rowid could be renumbered by VACUUM.
create table event (
    rowid integer primary key,
    originator_id text not null,
    originator_version integer not null,
    topic text not null,
    state blob not null
);
create unique index event_stream on event (originator_id, originator_version);

-- One row: who this log is, where it ends and when that was stored (microseconds).
create table log_head (
    only_row integer primary key default 1 check (only_row = 1),
    log_id text not null,
    position integer not null default 0,
    stored integer not null default 0
);
insert into log_head (log_id) values (lower(hex(randomblob(16))));

-- The statements that GET /statements may list: recorded and not voided.
create table statement (
    position integer primary key,
    stored integer not null
);
create unique index statement_stored on statement (stored);

-- The conditions that listed statements meet; see lrs/index.py.
create table term (
    kind integer not null,
    key integer not null,
    position integer not null,
    via integer not null,
    primary key (kind, key, position, via)
) without rowid;

-- Which statement refers to which; the target may not be recorded yet.
create table reference (
    target text not null,
    position integer not null,
    source text not null,
    voids integer not null,
    primary key (target, position)
) without rowid;
