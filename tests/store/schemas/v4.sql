-- What version 4 of the schema made; released, so never edited.
PRAGMA journal_mode = WAL;
PRAGMA application_id = 0x6E627073;
PRAGMA user_version = 4;
CREATE TABLE streams (
  id TEXT PRIMARY KEY,
  status TEXT NOT NULL DEFAULT 'pending'
    CHECK (status IN ('pending', 'streaming', 'done', 'error', 'cancelled', 'timeout')),
  revision INTEGER NOT NULL DEFAULT 0,  -- counts changes of this row but for beats
  epoch INTEGER NOT NULL,
  driver TEXT,
  beat INTEGER NOT NULL DEFAULT 0,
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  title TEXT,
  tags TEXT NOT NULL,                   -- JSON list
  prompt TEXT,                          -- JSON text or list of messages
  system TEXT,
  requested_model TEXT,
  provider TEXT,
  options TEXT NOT NULL,                -- JSON object
  notebook TEXT,
  cell_id TEXT,
  execution TEXT,
  placed INTEGER NOT NULL DEFAULT 0,    -- whether a saved notebook holds its output
  kernel_id TEXT,
  host TEXT,
  user TEXT,
  model TEXT,                           -- as the provider named it
  response_id TEXT,
  finish_reason TEXT,
  usage TEXT,                           -- JSON object
  error TEXT,                           -- JSON object
  created_at REAL NOT NULL,             -- UTC seconds, as all times
  started_at REAL,
  finished_at REAL
, base INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0, key TEXT, parent_id TEXT, relation TEXT CHECK (relation IN ('reply', 'retry')),
  doc INTEGER,
  whole INTEGER NOT NULL DEFAULT 0
) STRICT
;
CREATE TABLE deltas (
  stream_id TEXT NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
  offset INTEGER NOT NULL,
  size INTEGER NOT NULL,                -- UTF-8 bytes of text
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  meta TEXT,                            -- JSON object
  created_at REAL NOT NULL, data BLOB,
  PRIMARY KEY (stream_id, offset)
) STRICT, WITHOUT ROWID
;
CREATE INDEX streams_by_notebook ON streams (notebook, created_at DESC);
CREATE INDEX streams_live ON streams (driver) WHERE status IN ('pending', 'streaming');
CREATE TABLE resources (                -- what a stream that was made over HTTP has besides
  stream_id TEXT PRIMARY KEY REFERENCES streams (id) ON DELETE CASCADE,
  content_type TEXT NOT NULL,
  tail BLOB NOT NULL DEFAULT x'',       -- the begin of a character, after the last delta
  ttl INTEGER,                          -- seconds without a read or write
  expires_at REAL,                      -- moved by each read and write where there is a ttl
  sequence TEXT,                        -- the last Stream-Seq
  source_id TEXT,                       -- what it is a fork of, and from where
  forked_at INTEGER,
  closed_by TEXT                        -- JSON list of the closing producer's three facts
) STRICT
;
CREATE TABLE producers (
  stream_id TEXT NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (stream_id, id)
) STRICT, WITHOUT ROWID
;
CREATE TABLE shares (                   -- whose deltas a fork shares, and which
  stream_id TEXT NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
  source_id TEXT NOT NULL REFERENCES streams (id),
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,                -- not included
  PRIMARY KEY (stream_id, source_id)
) STRICT, WITHOUT ROWID
;
CREATE INDEX shares_by_source ON shares (source_id);
CREATE INDEX resources_by_expiry ON resources (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX streams_deleted ON streams (id) WHERE deleted;
CREATE INDEX streams_by_age ON streams (created_at DESC, id DESC, deleted, doc) WHERE NOT deleted;
CREATE INDEX streams_by_key ON streams (key, created_at DESC) WHERE key IS NOT NULL;
CREATE UNIQUE INDEX streams_by_doc ON streams (doc, created_at, id) WHERE doc IS NOT NULL;
CREATE INDEX streams_unread ON streams (doc, status) WHERE NOT whole AND NOT deleted;
CREATE INDEX streams_by_status ON streams (status, created_at DESC, id DESC) WHERE NOT deleted;
CREATE INDEX streams_by_kernel ON streams (kernel_id, created_at DESC) WHERE kernel_id IS NOT NULL;
CREATE TABLE docs (last INTEGER NOT NULL) STRICT;
INSERT INTO docs VALUES (0);
CREATE TRIGGER streams_changed AFTER UPDATE OF title, tags, status, deleted ON streams
WHEN old.doc IS NOT NULL AND (old.title IS NOT new.title OR old.tags IS NOT new.tags
  OR new.deleted OR old.whole AND new.status IN ('pending', 'streaming'))
BEGIN
  UPDATE streams SET doc = NULL, whole = 0 WHERE id = new.id;
END;
CREATE VIEW stream_infos AS
SELECT s.*,
  coalesce((SELECT d.offset + d.size FROM deltas d WHERE d.stream_id = s.id
            ORDER BY d.offset DESC LIMIT 1), s.base) AS length,
  (SELECT d.created_at FROM deltas d WHERE d.stream_id = s.id
   ORDER BY d.offset LIMIT 1) AS first_delta_at
FROM streams s WHERE NOT s.deleted;
INSERT INTO streams (id, status, epoch, driver, tags, prompt, options, created_at, started_at)
VALUES ('kept', 'streaming', 1, 'd', '["t"]', '"¿qué?"', '{}', 1.0, 2.0);
INSERT INTO deltas (stream_id, offset, size, kind, text, meta, created_at)
VALUES ('kept', 0, 4, 'text', 'añb', NULL, 3.0), ('kept', 4, 2, 'tool_call', '{}', '{"i": 0}', 4.0);
INSERT INTO streams (id, status, epoch, tags, options, created_at, started_at)
VALUES ('made over HTTP', 'streaming', 1, '[]', '{}', 3.0, 3.0);
INSERT INTO resources (stream_id, content_type, tail, ttl, expires_at, sequence)
VALUES ('made over HTTP', 'text/plain', x'E282', 3600, 9000000000.0, 'a');
INSERT INTO deltas (stream_id, offset, size, kind, text, data, created_at)
VALUES ('made over HTTP', 0, 2, 'text', '', x'61FF', 4.0);
INSERT INTO producers VALUES ('made over HTTP', 'p', 1, 2);
INSERT INTO streams (id, status, epoch, tags, options, base, created_at, started_at)
VALUES ('its fork', 'streaming', 1, '[]', '{}', 2, 5.0, 5.0);
INSERT INTO resources (stream_id, content_type, source_id, forked_at)
VALUES ('its fork', 'text/plain', 'made over HTTP', 2);
INSERT INTO shares VALUES ('its fork', 'made over HTTP', 0, 2);
INSERT INTO streams (id, status, epoch, driver, tags, prompt, options, key, parent_id, relation,
  created_at)
VALUES ('a reply', 'done', 1, 'd', '[]', '"and?"', '{}', 'k', 'kept', 'reply', 6.0);
