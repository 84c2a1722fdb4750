#!lua flags=allow-oom
-- A slug was looked up and has no post: what was written to it while MySQL was away came before its post, too.
-- KEYS 1 floor, 2 claims, then for each key pattern: slug's dirty hash
-- ARGV 1 token, 2 slug, 3 stamp, 4 the patterns known to be noted, then slot, key, mark of each field that was read
-- Returns 1, or 0 when the claim was not ours any more. Errors: HOSPITAL_TOKEN, HOSPITAL_PATTERNS where others are noted.
local floor = redis.call('HMGET', KEYS[1], 'token', 'patterns')
if floor[1] ~= ARGV[1] then return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one') end
if (floor[2] or '') ~= ARGV[4] then return redis.error_reply('HOSPITAL_PATTERNS other key patterns are noted') end
if redis.call('HGET', KEYS[2], ARGV[2]) ~= ARGV[3] then return 0 end
for i = 5, #ARGV, 3 do
  local dirty, key, mark = KEYS[3 + ARGV[i]], ARGV[i + 1], ARGV[i + 2]
  if redis.pcall('HGET', dirty, key) == mark then redis.call('HSET', dirty, key, (string.gsub(mark, 'u', ''))) end
end
for i = 3, #KEYS do
  for _, mark in ipairs(redis.pcall('HVALS', KEYS[i])) do -- an error has no elements
    if string.find(mark, 'u', 1, true) then return 1 end -- written since
  end
end
if redis.call('HDEL', KEYS[1], 'unseen:' .. ARGV[2]) == 1 then redis.call('HINCRBY', KEYS[1], 'unseen', -1) end
return 1
