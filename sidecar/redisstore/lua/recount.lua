#!lua flags=allow-oom
-- Nothing is dirty while the dirty set is empty: the count of dirty fields becomes 0, if it is another. It is wrong only
-- after keys were changed by hand, or counted by a version of the sidecar that did not count.
-- KEYS 1 floor, 2 dirty set
-- ARGV 1 token
-- Returns by how much it was wrong. Error: HOSPITAL_TOKEN.
local floor = redis.call('HMGET', KEYS[1], 'token', 'dirty')
if floor[1] ~= ARGV[1] then return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one') end
local count = tonumber(floor[2] or '0')
if count == 0 or redis.call('ZCARD', KEYS[2]) > 0 then return 0 end
redis.call('HSET', KEYS[1], 'dirty', '0')
return count
