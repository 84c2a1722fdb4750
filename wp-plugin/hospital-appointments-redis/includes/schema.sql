-- The plugin's tables, one set per network. {base} is the base table prefix.
-- The only source of this DDL: the plugin runs it on activation, the sidecar's tests run the same file.

-- Who may write: one row per site.
CREATE TABLE IF NOT EXISTS {base}hospital_sync_state (
	blog_id  BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	epoch    BIGINT UNSIGNED NOT NULL DEFAULT 1,
	mode     VARCHAR(8) CHARACTER SET ascii NOT NULL DEFAULT 'native',
	held     TINYINT UNSIGNED NOT NULL DEFAULT 0,
	settled  BIGINT UNSIGNED NOT NULL DEFAULT 1,
	returned BIGINT UNSIGNED NOT NULL DEFAULT 0,
	redis_id VARCHAR(160) CHARACTER SET ascii NOT NULL DEFAULT ''
) ENGINE=InnoDB;

-- The newest read of Redis that was committed, and the newest version: one row per synced post. Post 0 keeps the epoch of the last return.
CREATE TABLE IF NOT EXISTS {base}hospital_sync_fence (
	blog_id         BIGINT UNSIGNED NOT NULL,
	post_id         BIGINT UNSIGNED NOT NULL,
	epoch           BIGINT UNSIGNED NOT NULL DEFAULT 0,
	stamp           BIGINT UNSIGNED NOT NULL DEFAULT 0,
	version_epoch   BIGINT UNSIGNED NOT NULL DEFAULT 0,
	version_counter BIGINT UNSIGNED NOT NULL DEFAULT 0,
	PRIMARY KEY (blog_id, post_id)
) ENGINE=InnoDB;

-- What core wrote while the site was native: post 0 is all posts, key '' is all keys.
CREATE TABLE IF NOT EXISTS {base}hospital_native_write (
	blog_id  BIGINT UNSIGNED NOT NULL,
	post_id  BIGINT UNSIGNED NOT NULL,
	meta_key VARBINARY(1020) NOT NULL,
	epoch    BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (blog_id, post_id, meta_key)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- What a sidecar wrote here without Redis and WordPress was not told of yet; mark is another one at each write.
CREATE TABLE IF NOT EXISTS {base}hospital_sync_notice (
	blog_id  BIGINT UNSIGNED NOT NULL,
	post_id  BIGINT UNSIGNED NOT NULL,
	meta_key VARBINARY(1020) NOT NULL,
	mark     VARCHAR(26) CHARACTER SET ascii NOT NULL,
	PRIMARY KEY (blog_id, post_id, meta_key)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;
