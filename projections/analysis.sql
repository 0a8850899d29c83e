-- Views for analysts and their dashboards; docs/sql.md explains each column. Their names and columns
-- are public: add, never change. `moment(x)` stands for the engine's way to show microseconds.

-- name: program
-- Every programme that is planned now.
create view program as
select
    p.program,
    p.title,
    p.timezone,
    moment(p.starts) as starts,
    moment(p.ends) as ends
from planned_program as p;

-- name: learner
-- Everybody whom a programme enrols, once.
create view learner as
select
    l.program,
    l.person,
    l.name,
    l.cohort,
    moment(l.enrolled) as enrolled,
    moment(l.withdrawn) as withdrawn
from planned_learner as l;

-- name: step
-- Every activity and session of a programme, numbered in the order of its document.
create view step as
select
    s.program,
    s.step,
    s.number,
    s.title,
    s.kind,
    s.mode,
    s.outcome,
    s.required,
    s.weight,
    moment(s.starts) as starts,
    moment(s.ends) as ends,
    moment(s.due) as due,
    s.minutes
from planned_step as s;

-- name: learning_record
-- Every record of a learner on a step. The programme knows a step's mode better than the statement.
create view learning_record as
select
    r.position,
    moment(r.stored) as stored,
    moment(r.happened) as happened,
    t.program,
    t.person,
    l.name,
    l.cohort,
    t.step,
    s.title as step_title,
    t.relation,
    r.kind,
    coalesce(s.mode, r.mode) as mode,
    r.object,
    r.score,
    cast(r.duration as double precision) / 60000 as minutes,
    r.rule,
    r.statement
from trace as t
join record as r on r.position = t.position
join planned_learner as l on l.program = t.program and l.person = t.person
left join planned_step as s on s.program = t.program and s.step = t.step;

-- name: learner_step
-- Every learner on every step, also where nothing is recorded.
create view learner_step as
select
    l.program,
    l.person,
    l.name,
    l.cohort,
    s.step,
    s.number,
    s.title,
    s.kind,
    s.mode,
    count(r.position) as records,
    moment(min(r.happened)) as first,
    moment(max(r.happened)) as last,
    max(r.score) as best_score,
    cast(sum(r.duration) as double precision) / 60000 as minutes
from planned_learner as l
join planned_step as s on s.program = l.program
left join trace as t on t.program = l.program and t.person = l.person and t.step = s.step
left join record as r on r.position = t.position
group by
    l.program, l.person, l.name, l.cohort, s.step, s.number, s.title, s.kind, s.mode;

-- name: unmatched_participant
-- Who has records on a programme's steps and is none of its learners.
create view unmatched_participant as
select
    u.program,
    u.actor,
    u.name,
    u.records,
    moment(u.first) as first,
    moment(u.last) as last
from unmatched as u;

-- name: freshness
-- How far into the log these views reach, and by which rules statements were classified.
create view freshness as
select
    t.position,
    (select max(rules.version) from rules) as rules
from tracking as t
where t.projection = 'learning';
