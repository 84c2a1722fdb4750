#!lua flags=allow-oom
-- Puts a claimed post back, due again after a while. Nobody's claim but our own is given back.
-- KEYS 1 floor, 2 dirty set, 3 claims
-- ARGV 1 token, 2 member, 3 stamp, 4 wait (ms)
-- Returns 1, or 0 when the claim was not ours any more. Error: HOSPITAL_TOKEN.
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one')
end
if redis.call('HGET', KEYS[3], ARGV[2]) ~= ARGV[3] then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[2], 'XX', now + ARGV[4], ARGV[2])
return 1
