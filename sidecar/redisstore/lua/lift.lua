#!lua flags=allow-oom
-- Lifts the counter above a stamp that MySQL has already seen, after a Redis that came back older.
-- KEYS 1 floor
-- ARGV 1 token, 2 counter
-- Returns the counter. Error: HOSPITAL_TOKEN.
local floor = redis.call('HMGET', KEYS[1], 'token', 'counter')
if floor[1] ~= ARGV[1] then return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one') end
if tonumber(floor[2] or '0') >= tonumber(ARGV[2]) then return floor[2] end
redis.call('HSET', KEYS[1], 'counter', ARGV[2])
return ARGV[2]
