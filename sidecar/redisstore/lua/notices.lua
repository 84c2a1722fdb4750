#!lua flags=allow-oom
-- What WordPress has to be told of, for the one sidecar whose turn it is.
-- KEYS 1 floor, 2 notices, 3 sender
-- ARGV 1 token, 2 who asks, 3 how long the turn lasts (ms), 4 how many
-- Returns {} when there is nothing or it is another's turn, else now (ms), then member:key, mark, ...
-- Error: HOSPITAL_TOKEN.
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one')
end
if redis.call('EXISTS', KEYS[2]) == 0 then return {} end
local holder = redis.call('GET', KEYS[3])
if holder and holder ~= ARGV[2] then return {} end
redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])
local time = redis.call('TIME')
local answer = redis.call('HRANDFIELD', KEYS[2], ARGV[4], 'WITHVALUES')
table.insert(answer, 1, string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
return answer
