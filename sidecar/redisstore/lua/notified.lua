#!lua flags=allow-oom
-- WordPress was told, or was not: ends the turn, and removes what it confirmed unless it was synced again since.
-- KEYS 1 floor, 2 notices, 3 sender
-- ARGV 1 token, 2 whose turn it was, then for each notice: member:key, mark
-- Returns how many were removed. Error: HOSPITAL_TOKEN.
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one')
end
local removed = 0
for i = 3, #ARGV, 2 do
  if redis.call('HGET', KEYS[2], ARGV[i]) == ARGV[i + 1] then removed = removed + redis.call('HDEL', KEYS[2], ARGV[i]) end
end
if redis.call('GET', KEYS[3]) == ARGV[2] then redis.call('DEL', KEYS[3]) end
return removed
