-- The Merkle tree over the log in tiles of up to 256 hashes, 32 bytes each (C2SP tlog-tiles). Only the
-- last tile of a level grows. What is written here has been, or will be, signed: it is no view, and
-- never derived anew.
create table tile (
    level integer not null,
    number integer not null,
    hashes blob not null,
    primary key (level, number)
);

-- Every signed head, as the note that was published.
create table checkpoint (
    size integer primary key,
    key text not null,
    note blob not null
);
