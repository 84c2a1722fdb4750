#!lua
-- A slug that nobody knew has a post now: its fields become that post's, as a write of this moment (R2).
-- KEYS 1 floor, 2 dirty set, 3 claims, 4 slug's hash, 5 slug's dirty hash, 6 post hash, 7 dirty hash,
--      8 ttls, 9 dead letters
-- ARGV 1 token, 2 epoch, 3 slug, 4 member, 5 sync delay (ms), then key, mark of each field that the post's row is equal to
-- Returns how many fields moved. A field that the post has dirty itself, or as a dead letter, was written knowing the post:
-- it stays, and what came by the slug is over; unless MySQL was away then, and nobody could know.
-- Errors: HOSPITAL_TOKEN, HOSPITAL_EPOCH.
local floor = redis.call('HMGET', KEYS[1], 'token', 'epoch')
if floor[1] ~= ARGV[1] then return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one') end
local epoch = tonumber(ARGV[2])
if epoch < tonumber(floor[2]) then return redis.error_reply('HOSPITAL_EPOCH the epoch is over') end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local same = {}
for i = 6, #ARGV, 2 do same[ARGV[i]] = ARGV[i + 1] end
local marks = redis.call('HGETALL', KEYS[5])
local moved = 0
for i = 1, #marks, 2 do
  local key, flags = marks[i], string.match(marks[i + 1], '%a*$')
  local unknown = string.find(flags, 'u', 1, true)
  if redis.call('HEXISTS', KEYS[7], key) == 0 and same[key] ~= marks[i + 1] and
    (unknown or redis.call('HEXISTS', KEYS[9], ARGV[4] .. ':' .. key) == 0) then
    if not unknown then flags = flags .. 's' end
    local value = redis.call('HGET', KEYS[4], key)
    local counter = redis.call('HINCRBY', KEYS[1], 'counter', 1)
    redis.call('HSET', KEYS[7], key, string.format('%.0f-%.0f@%.0f', epoch, counter, now) .. flags)
    if value then redis.call('HSET', KEYS[6], key, value) else redis.call('HDEL', KEYS[6], key) end
    redis.call('HDEL', KEYS[9], ARGV[4] .. ':' .. key)
    moved = moved + 1
  end
end
redis.call('HINCRBY', KEYS[1], 'dirty', moved - #marks / 2)
redis.call('DEL', KEYS[4], KEYS[5])
redis.call('ZREM', KEYS[2], ARGV[3])
redis.call('HDEL', KEYS[3], ARGV[3])
local ttl = redis.call('HGET', KEYS[8], ARGV[3])
redis.call('HDEL', KEYS[8], ARGV[3])
if moved > 0 then
  redis.call('HSET', KEYS[6], 'last_updated_redis', time[1])
  redis.call('PERSIST', KEYS[6])
  redis.call('ZADD', KEYS[2], 'NX', now + ARGV[5], ARGV[4])
  if ttl then redis.call('HSET', KEYS[8], ARGV[4], ttl) end
end
return moved
