#!lua flags=allow-oom
-- Notes under which key patterns a sidecar writes, before it does: who syncs looks under all that were ever noted.
-- KEYS 1 floor
-- ARGV 1 token, then the patterns
-- Returns all that are noted, with a space between. Error: HOSPITAL_TOKEN.
local floor = redis.call('HMGET', KEYS[1], 'token', 'patterns')
if floor[1] ~= ARGV[1] then return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one') end
local noted = floor[2] or ''
for i = 2, #ARGV do
  if not string.find(' ' .. noted .. ' ', ' ' .. ARGV[i] .. ' ', 1, true) then noted = (noted == '' and '' or noted .. ' ') .. ARGV[i] end
end
redis.call('HSET', KEYS[1], 'patterns', noted)
return noted
