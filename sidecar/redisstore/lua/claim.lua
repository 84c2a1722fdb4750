#!lua flags=allow-oom
-- Claims one post for a sync and reads all its dirty fields, with a new stamp (R4, step 2).
-- A post is looked for under the key of every post type, so that one whose type was changed is found.
-- Where the post hash is no hash any more, its values are lost; where the dirty hash is none, each value
-- that the post hash has may have waited, and "*" stands for what else did, unless a dead letter says so already.
-- Neither key is touched.
-- KEYS 1 floor, 2 dirty set, 3 claims, 4 ttls, 5 dead letters, then for each key pattern: post hash, dirty hash
-- ARGV 1 token, 2 member, 3 claim lease (ms), 4 horizon (ms), 5 "1": also when not due (a barrier), 6 ttl of copies (s),
--      7 the patterns known to be noted, 8 how many are configured: under another, only what we have dated is ours,
--      9 most bytes of dirty fields, 0: any number
-- Returns {} when not due or clean, else stamp, now (ms), then slot, key, mark (empty: nobody knows), value (nil: tombstone, or
-- lost), ...; { 'large' } where there are more bytes than that: it is not claimed.
-- An older sidecar's tombstones have plain marks, up to the counter that was found first: they become like ours.
-- Errors: HOSPITAL_TOKEN, HOSPITAL_PATTERNS where others are noted.
local floor = redis.call('HMGET', KEYS[1], 'token', 'plain', 'counter', 'patterns')
if floor[1] ~= ARGV[1] then
  return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one')
end
if (floor[4] or '') ~= ARGV[7] then return redis.error_reply('HOSPITAL_PATTERNS other key patterns are noted') end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[5] ~= '1' then
  local due = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[2]) or 'inf')
  if due > now and due < now + ARGV[4] then return {} end
end
local plain = floor[2] or floor[3] or '0'
if not floor[2] then redis.call('HSET', KEYS[1], 'plain', plain) end
local answer = { 0, string.format('%.0f', now) }
local size, most = 0, tonumber(ARGV[9])
local function add(i, key, mark, value)
  local n = #answer
  answer[n + 1], answer[n + 2], answer[n + 3], answer[n + 4] = (i - 6) / 2, key, mark, value
  size = size + #key + #mark + #(value or '')
end
for i = 6, #KEYS, 2 do
  local marks = redis.pcall('HGETALL', KEYS[i + 1])
  if marks.err and (i < 6 + 2 * ARGV[8] or redis.pcall('HEXISTS', KEYS[i], 'last_updated_redis') == 1) then
    local values = redis.pcall('HGETALL', KEYS[i]) -- an error has no elements
    for j = 1, #values, 2 do
      if values[j] ~= 'last_updated_redis' then add(i, values[j], '', values[j + 1]) end
    end
    if redis.call('HEXISTS', KEYS[5], ARGV[2] .. ':*') == 0 then add(i, '*', '', false) end
  end
  for from = 1, #marks, 1000 do -- unpack() has its limits
    local keys = {}
    for j = from, math.min(from + 999, #marks), 2 do keys[#keys + 1] = marks[j] end
    local values = redis.pcall('HMGET', KEYS[i], unpack(keys))
    for j, key in ipairs(keys) do
      local mark = marks[from + 2 * j - 1]
      if values[j] == false and tonumber(string.match(mark, '^%d+%-(%d+)@[1-9]') or 'inf') <= tonumber(plain) then
        mark = string.gsub(mark, '@', '@0', 1)
        redis.call('HSET', KEYS[i + 1], key, mark)
      end
      add(i, key, mark, values[j] or false)
    end
    if most > 0 and size > most then return { 'large' } end
  end
end

if #answer == 2 then
  redis.call('ZREM', KEYS[2], ARGV[2])
  redis.call('HDEL', KEYS[3], ARGV[2])
  if redis.call('HDEL', KEYS[1], 'unseen:' .. ARGV[2]) == 1 then redis.call('HINCRBY', KEYS[1], 'unseen', -1) end
  -- Clean without an acknowledgement: the last fields were buried, and then the sidecar died. The copies end all the same.
  for i = 6, #KEYS, 2 do
    local size = redis.pcall('HLEN', KEYS[i])
    if type(size) == 'number' and redis.call('TTL', KEYS[i]) == -1 then
      local dated = redis.call('HEXISTS', KEYS[i], 'last_updated_redis') == 1
      if size == 1 and dated then
        redis.call('DEL', KEYS[i])
      elseif dated or i < 6 + 2 * ARGV[8] then
        redis.call('EXPIRE', KEYS[i], redis.call('HGET', KEYS[4], ARGV[2]) or ARGV[6])
      end
    end
  end
  redis.call('HDEL', KEYS[4], ARGV[2])
  return {}
end
answer[1] = redis.call('HINCRBY', KEYS[1], 'counter', 1)
redis.call('HSET', KEYS[3], ARGV[2], string.format('%.0f', answer[1]))
redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[2])
return answer
