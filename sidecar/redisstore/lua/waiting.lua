#!lua flags=no-writes
-- Which posts have dirty fields, of those asked for or of all, with the generation, in one consistent look (R5).
-- KEYS 1 floor, 2 dirty set
-- ARGV 1 token, 2 "all" or "some", then members
-- Returns generation, how many slugs nobody could look up when they were written to, these, then members.
-- Error: HOSPITAL_TOKEN.
local floor = redis.call('HMGET', KEYS[1], 'token', 'generation', 'unseen')
if floor[1] ~= ARGV[1] then return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one') end
local answer = { floor[2] or '0', 0 }
if tonumber(floor[3] or '0') > 0 then
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    if string.sub(field, 1, 7) == 'unseen:' then answer[#answer + 1] = string.sub(field, 8) end
  end
  answer[2] = #answer - 2
end
for _, member in ipairs(ARGV[2] == 'all' and redis.call('ZRANGE', KEYS[2], 0, -1) or {}) do answer[#answer + 1] = member end
for i = 3, #ARGV do
  if redis.call('ZSCORE', KEYS[2], ARGV[i]) then answer[#answer + 1] = ARGV[i] end
end
return answer
