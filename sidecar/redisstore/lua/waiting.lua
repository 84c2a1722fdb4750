#!lua flags=no-writes
-- Which posts have dirty fields, of those asked for or of all, with the generation, in one consistent look (R5).
-- KEYS 1 floor, 2 dirty set
-- ARGV 1 token, 2 "all" or "some", then members
-- Returns generation, then members. Error: HOSPITAL_TOKEN.
local floor = redis.call('HMGET', KEYS[1], 'token', 'generation')
if floor[1] ~= ARGV[1] then return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one') end
local answer = ARGV[2] == 'all' and redis.call('ZRANGE', KEYS[2], 0, -1) or {}
for i = 3, #ARGV do
  if redis.call('ZSCORE', KEYS[2], ARGV[i]) then answer[#answer + 1] = ARGV[i] end
end
table.insert(answer, 1, floor[2] or '0')
return answer
