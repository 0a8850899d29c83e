-- The Merkle tree over the log in tiles of up to 256 hashes, 32 bytes each (C2SP tlog-tiles). Only the
-- last tile of a level grows. What is written here has been, or will be, signed: it is no view, and
-- never derived anew.
create table tile (
    level smallint not null,
    number bigint not null,
    hashes bytea not null,
    primary key (level, number)
);
-- Hashes cannot be compressed.
alter table tile alter column hashes set storage external;

-- Every signed head, as the note that was published.
create table checkpoint (
    size bigint primary key,
    key text not null,
    note bytea not null
);
