#!lua flags=allow-oom
-- Raises the floor to the epoch of a return, or creates it with a new token where it is missing. Only R6 calls it.
-- A Redis that is taken over gets a new token as well: whoever still works with it for the other site is refused.
-- KEYS 1 floor, 2 dirty set
-- ARGV 1 epoch, 2 token for a new floor, 3 identity of the site, 4 "1": this Redis is taken over from another site,
--      5 version of the keys
-- Returns the token. Error: HOSPITAL_SITE when the Redis holds another site's fields, HOSPITAL_KEYS
-- when they are of a newer version, HOSPITAL_FOREIGN when the dirty set is somebody else's.
local floor = redis.call('HMGET', KEYS[1], 'token', 'epoch', 'site', 'keys')
if tonumber(floor[4] or '0') > tonumber(ARGV[5]) then return redis.error_reply('HOSPITAL_KEYS the keys are of version ' .. floor[4]) end
if floor[1] and floor[3] ~= ARGV[3] and ARGV[4] ~= '1' then
  return redis.error_reply('HOSPITAL_SITE this Redis belongs to ' .. (floor[3] or 'nobody'))
end
local set = redis.call('TYPE', KEYS[2]).ok
if set ~= 'zset' and set ~= 'none' then return redis.error_reply('HOSPITAL_FOREIGN ' .. KEYS[2] .. ' is a ' .. set) end
if not floor[1] then
  -- The generation begins with the time, so that no emptied Redis counts up to one that somebody remembers.
  local time = redis.call('TIME')
  local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
  redis.call('HSET', KEYS[1], 'token', ARGV[2], 'epoch', ARGV[1], 'site', ARGV[3], 'generation', now, 'keys', ARGV[5], 'plain', '0')
  return ARGV[2]
end
local token = floor[1]
if floor[4] ~= ARGV[5] then redis.call('HSET', KEYS[1], 'keys', ARGV[5]) end
if floor[3] ~= ARGV[3] then
  token = ARGV[2]
  redis.call('HSET', KEYS[1], 'site', ARGV[3], 'token', token)
end
if tonumber(floor[2]) < tonumber(ARGV[1]) then redis.call('HSET', KEYS[1], 'epoch', ARGV[1]) end
return token
