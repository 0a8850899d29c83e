-- The documents that exist now; their contents and versions are in the log. Terms are hashed as in
-- `term`; a document that knows no activity, agent or registration has 0 or null there.
create table document (
    stream uuid primary key,
    resource text not null,
    activity bigint not null,
    agent bigint not null,
    registration uuid,
    document_id text not null,
    stored timestamptz not null
);
create index document_owner on document (resource, activity, agent);
