#!lua flags=allow-oom
-- Drops clean copies of fields that core is about to write itself; dirty ones stay.
-- KEYS 1 post hash, 2 dirty hash
-- ARGV the fields; none: all of them
-- Returns how many were dropped.
local dropped = 0
for _, key in ipairs(#ARGV > 0 and ARGV or redis.call('HKEYS', KEYS[1])) do
  if redis.call('HEXISTS', KEYS[2], key) == 0 then dropped = dropped + redis.call('HDEL', KEYS[1], key) end
end
if dropped > 0 and redis.call('HLEN', KEYS[2]) == 0 and redis.call('HLEN', KEYS[1]) == 1 then
  redis.call('HDEL', KEYS[1], 'last_updated_redis') -- the only one left: a hash of nothing else says nothing
end
return dropped
