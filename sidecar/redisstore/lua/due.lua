#!lua flags=no-writes
-- The posts whose sync is due by Redis' own clock. One that is due later than any claim or back-off can make it
-- was scored before the clock stepped back, and is due now.
-- KEYS 1 dirty set
-- ARGV 1 how many at most, 2 horizon (ms)
-- Returns their members.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
if #due < tonumber(ARGV[1]) then
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], now + ARGV[2], '+inf', 'LIMIT', 0, ARGV[1] - #due)) do due[#due + 1] = member end
end
return due
