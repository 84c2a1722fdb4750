#!lua flags=allow-oom
-- A slug that nobody knew has a post now: its fields become that post's. What came before the post is a write of this
-- moment (R2), and its mark says that it changes no row. What came while MySQL was away, so that nobody could know of the
-- post, keeps its version, which tells what is newer; so does what the post has dirty itself, from before it had the slug.
-- What the post has newer, dirty or as a dead letter, stays: what came by the slug is over then. Of what came by two slugs,
-- the time of their marks tells, as the version is of the move.
-- Where the slug's hash is none any more, its values are lost, and that key stays.
-- KEYS 1 floor, 2 dirty set, 3 claims, 4 slug's hash, 5 slug's dirty hash, 6 post hash, 7 dirty hash,
--      8 ttls, 9 dead letters, then the slug's dirty hash under each pattern: its place stays until all have moved
-- ARGV 1 token, 2 epoch, 3 slug, 4 member, 5 sync delay (ms), 6 the patterns known to be noted
-- Returns how many fields moved. Errors: HOSPITAL_TOKEN, HOSPITAL_EPOCH, HOSPITAL_PATTERNS where others are noted.
local floor = redis.call('HMGET', KEYS[1], 'token', 'epoch', 'patterns')
if floor[1] ~= ARGV[1] then return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one') end
local epoch = tonumber(ARGV[2])
if epoch < tonumber(floor[2]) then return redis.error_reply('HOSPITAL_EPOCH the epoch is over') end
if (floor[3] or '') ~= ARGV[6] then return redis.error_reply('HOSPITAL_PATTERNS other key patterns are noted') end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function newer(a, b) -- whether of two texts that begin with a version the first is newer; one without is not
  local e, c = string.match(a, '^(%d+)%-(%d+)')
  local f, d = string.match(b, '^(%d+)%-(%d+)')
  if not e or not f then return e ~= nil end
  e, c, f, d = tonumber(e), tonumber(c), tonumber(f), tonumber(d)
  return e > f or e == f and c > d
end

local function at(mark) return tonumber(string.match(mark, '@(%d+)') or now) end

local function version(letter)
  local read, fields = pcall(cjson.decode, letter)
  return read and type(fields) == 'table' and tostring(fields.version) or ''
end

local marks = redis.call('HGETALL', KEYS[5])
local moved, added = 0, 0
for i = 1, #marks, 2 do
  local key, mark = marks[i], marks[i + 1]
  local letter = ARGV[4] .. ':' .. key
  local has, dead = redis.call('HGET', KEYS[7], key), version(redis.call('HGET', KEYS[9], letter) or '')
  local moved_too = has and string.find(has, 's', 1, true) and not string.find(has, 'u', 1, true) -- it came by another slug
  local stays = newer(has or '', mark)
  if moved_too then stays = at(has) > at(mark) end
  if not stays and not newer(dead, mark) then
    local flags = string.match(mark, '%a*$')
    if has and not moved_too and not string.find(flags, 'u', 1, true) then
      mark = mark .. 'u'
    elseif not string.find(flags, 'u', 1, true) then
      mark = string.format('%.0f-%.0f@%s', epoch, redis.call('HINCRBY', KEYS[1], 'counter', 1), string.match(mark, '@(%d+)') or string.format('%.0f', now)) .. flags
    end
    local value = redis.pcall('HGET', KEYS[4], key)
    if type(value) == 'string' then redis.call('HSET', KEYS[6], key, value) else redis.call('HDEL', KEYS[6], key) end
    added = added + redis.call('HSET', KEYS[7], key, mark .. 's')
    if string.find(dead, '^%d') then redis.call('HDEL', KEYS[9], letter) end
    moved = moved + 1
  end
end
redis.call('HINCRBY', KEYS[1], 'dirty', added - #marks / 2)
redis.call('DEL', KEYS[5])
if type(redis.pcall('HLEN', KEYS[4])) == 'number' then redis.call('DEL', KEYS[4]) end
local ttl, left = redis.call('HGET', KEYS[8], ARGV[3]), 0
for i = 10, #KEYS do
  local size = redis.pcall('HLEN', KEYS[i])
  if type(size) == 'number' then left = left + size end
end
if left > 0 then
  redis.call('ZADD', KEYS[2], 'XX', now, ARGV[3])
else
  redis.call('ZREM', KEYS[2], ARGV[3])
  redis.call('HDEL', KEYS[3], ARGV[3])
  redis.call('HDEL', KEYS[8], ARGV[3])
  if redis.call('HDEL', KEYS[1], 'unseen:' .. ARGV[3]) == 1 then redis.call('HINCRBY', KEYS[1], 'unseen', -1) end
end
if moved > 0 then
  redis.call('HSET', KEYS[6], 'last_updated_redis', time[1])
  redis.call('PERSIST', KEYS[6])
  redis.call('ZADD', KEYS[2], 'NX', now + ARGV[5], ARGV[4])
  if ttl then redis.call('HSET', KEYS[8], ARGV[4], ttl) end
end
return moved
