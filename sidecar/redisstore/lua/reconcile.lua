#!lua flags=allow-oom
-- Gives a post with dirty fields its place in the dirty set back, due now, and takes away what stands for nothing: a
-- claim or a ttl of a post that is not dirty, or a place under a name that no post can have. A place with nothing dirty
-- is the next claim's to take away.
-- KEYS 1 floor, 2 dirty set, 3 claims, 4 ttls, then the post's dirty hashes (none: a name that no post can have)
-- ARGV 1 token, 2 member, 3 "1": a post that has its place is due now, too
-- Returns 1 when it was put back, 2 when something was taken away, else 0. Error: HOSPITAL_TOKEN.
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one')
end
local dirty = 0
for i = 5, #KEYS do
  local size = redis.pcall('HLEN', KEYS[i]) -- an error: somebody else's key, which has none of ours
  if type(size) == 'number' then dirty = dirty + size end
end
local place = redis.call('ZSCORE', KEYS[2], ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

if dirty > 0 and not place then
  redis.call('ZADD', KEYS[2], now, ARGV[2])
  return 1
end
if place and #KEYS > 4 then
  if ARGV[3] == '1' then redis.call('ZADD', KEYS[2], 'XX', now, ARGV[2]) end
  return 0
end
local gone = redis.call('ZREM', KEYS[2], ARGV[2]) + redis.call('HDEL', KEYS[3], ARGV[2]) + redis.call('HDEL', KEYS[4], ARGV[2])
return gone > 0 and 2 or 0
