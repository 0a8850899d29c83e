-- The tables that projections keep, the same on both engines. `:name` is a parameter; `{bytes}` is
-- the engine's type for them, `{clustered}` makes rows live in their primary key where it can, and `any(:name)` a membership test over a list.

-- name: create_tracking
-- The revision changes whenever rows of traces go, so that who keeps some knows to read them anew.
create table tracking (
    projection text primary key,
    position bigint not null,
    revision bigint not null
);

-- name: create_record
-- Every statement that says something about learning and is not voided, classified. The actor is
-- its canonical key, so that a mailbox and its SHA-1 are found together. Reports read the body;
-- what follows it repeats some of it for SQL (`analysis.sql`).
create table record (
    position bigint primary key,
    statement text not null,
    actor text not null,
    body {bytes} not null,
    stored bigint not null,
    happened bigint not null,
    kind text not null,
    rule text not null,
    mode text not null,
    object text not null,
    score double precision,
    duration bigint
);

-- name: create_record_statement
create unique index record_statement on record (statement);

-- name: create_record_actor
create index record_actor on record (actor, position);

-- name: create_void
-- Statements that are voided, arrived or not.
create table void (statement text primary key);

-- name: create_trace
-- Whose trace a record belongs to, and the steps it lies on; person '' stands for the sessions
-- themselves. Step and relation repeat the first of the places for SQL.
create table trace (
    program text not null,
    person text not null,
    position bigint not null,
    places {bytes} not null,
    step text not null,
    relation text not null,
    primary key (program, person, position)
) {clustered};

-- name: create_planned_program
-- Programs, learners and steps as they are planned now, for SQL alone.
create table planned_program (
    program text primary key,
    title text not null,
    timezone text not null,
    starts bigint,
    ends bigint
);

-- name: create_planned_learner
create table planned_learner (
    program text not null,
    person text not null,
    name text not null,
    cohort text not null,
    enrolled bigint,
    withdrawn bigint,
    primary key (program, person)
);

-- name: create_planned_step
create table planned_step (
    program text not null,
    step text not null,
    number bigint not null,
    title text not null,
    kind text not null,
    mode text not null,
    outcome text,
    required boolean not null,
    weight double precision not null,
    starts bigint,
    ends bigint,
    due bigint,
    minutes double precision,
    primary key (program, step)
);

-- name: create_rules
-- By which version of the vocabulary the records were made: one row, or none in views that are new.
create table rules (version text primary key);

-- name: create_unmatched
-- Actors with records on a program's steps who are none of its learners.
create table unmatched (
    program text not null,
    actor text not null,
    name text,
    records bigint not null,
    first bigint not null,
    last bigint not null,
    primary key (program, actor)
);

-- name: create_unmatched_actor
create index unmatched_actor on unmatched (actor);

-- name: create_history
-- What each event of the log is found by: its action, its principal, the actors whom it concerns
-- and the statement that it refers to, as hashes of 64 bits.
create table history (
    key bigint not null,
    position bigint not null,
    primary key (key, position)
) {clustered};

-- name: create_history_reason
-- The reasons that events give, case-folded. Few do.
create table history_reason (position bigint primary key, reason text not null);

-- name: tracked
select position, revision from tracking where projection = :projection;

-- name: track
-- The first revision is the caller's, and differs from that of any views before these.
insert into tracking (projection, position, revision) values (:projection, :position, :revision)
on conflict (projection) do update set position = excluded.position;

-- name: revise
update tracking set revision = revision + 1 where projection = :projection;

-- name: rules
select version from rules;

-- name: add_rules
insert into rules (version) values (:version);

-- name: drop_planned_program
delete from planned_program where program = :program;

-- name: drop_planned_learners
delete from planned_learner where program = :program;

-- name: drop_planned_steps
delete from planned_step where program = :program;

-- name: find_records
select body from record where statement in any(:statements);

-- name: remove_records
delete from record where statement in any(:statements);

-- name: records_at
select body from record where position in any(:positions) order by position;

-- name: remove_records_at
delete from record where position in any(:positions);

-- name: add_void
insert into void (statement) values (:statement) on conflict do nothing;

-- name: find_voids
select statement from void where statement in any(:statements);

-- name: records_of
select position, body from record where actor in any(:actors) order by position;

-- name: records_after
select position, body from record where position > :after order by position limit :limit;

-- name: traces_of_program
select trace.person, trace.places, record.body
from trace join record on record.position = trace.position
where trace.program = :program and trace.position > :after;

-- name: traces_of_people
select trace.program, trace.person, trace.places, record.body
from trace join record on record.position = trace.position
where trace.program in any(:programs) and trace.person in any(:people);

-- name: drop_trace
delete from trace where program = :program and person = :person and position = :position;

-- name: drop_traces_at
delete from trace where position in any(:positions);

-- name: drop_traces_of_program
delete from trace where program = :program;

-- name: drop_traces_of_people
delete from trace where program in any(:programs) and person in any(:people);

-- name: count_unmatched
insert into unmatched (program, actor, name, records, first, last)
values (:program, :actor, :name, :records, :first, :last)
on conflict (program, actor) do update set
    name = coalesce(excluded.name, unmatched.name),
    records = unmatched.records + excluded.records,
    first = case when excluded.first < unmatched.first then excluded.first else unmatched.first end,
    last = case when excluded.last > unmatched.last then excluded.last else unmatched.last end;

-- name: unmatched
select program, actor, name, records, first, last from unmatched order by program, records desc, actor;

-- name: drop_unmatched_of_program
delete from unmatched where program = :program;

-- name: drop_unmatched_actors
delete from unmatched where actor in any(:actors);

-- name: history_of
select position from history
where key = :key and position > :after and position <= :upto order by position limit :limit;

-- name: history_of_any
select distinct position from history where key in any(:keys) and position <= :upto;

-- name: history_among
select position from history where key in any(:keys) and position in any(:positions);

-- name: history_for_reason
select position from history_reason
where position > :after and position <= :upto and reason like :pattern escape '!'
order by position limit :limit;

-- name: history_among_reasons
select position from history_reason
where reason like :pattern escape '!' and position in any(:positions);

-- name: add_history_reason
insert into history_reason (position, reason) values (:position, :reason);

-- name: forget_history
delete from history where position in any(:positions);

-- name: forget_history_reason
delete from history_reason where position in any(:positions);
