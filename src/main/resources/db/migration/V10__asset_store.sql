-- Where the files of this database are: a place carries an id, in a marker file beside the files, by which every node
-- knows it again wherever it is mounted. The location is for people, as the first node named it.
create table asset_place (
  id            uuid primary key,
  first_used_at timestamptz not null,
  location      text not null
);
