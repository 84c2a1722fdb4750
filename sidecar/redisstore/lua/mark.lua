#!lua
-- The guide's mark for sync: the post is due now, also one that was claimed or put back for later.
-- KEYS 1 floor, 2 dirty set
-- ARGV 1 token, 2 member
-- Returns 1. Error: HOSPITAL_TOKEN.
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one')
end
local time = redis.call('TIME')
redis.call('ZADD', KEYS[2], 'LT', time[1] * 1000 + math.floor(time[2] / 1000), ARGV[2])
return 1
