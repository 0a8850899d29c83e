-- The documents that exist now; their contents and versions are in the log. Terms are hashed as in
-- `term`; a document that knows no activity, agent or registration has 0 or null there.
create table document (
    stream text primary key,
    resource text not null,
    activity integer not null,
    agent integer not null,
    registration text,
    document_id text not null,
    stored integer not null
) without rowid;
create index document_owner on document (resource, activity, agent);
