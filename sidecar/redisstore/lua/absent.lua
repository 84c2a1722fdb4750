#!lua flags=allow-oom
-- A slug was looked up and has no post: what was written to it while MySQL was away came before its post, too.
-- KEYS 1 floor, 2 claims, 3 slug's dirty hash
-- ARGV 1 token, 2 slug, 3 stamp, then key, mark of each field that was read
-- Returns 1, or 0 when the claim was not ours any more. Error: HOSPITAL_TOKEN.
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one')
end
if redis.call('HGET', KEYS[2], ARGV[2]) ~= ARGV[3] then return 0 end
for i = 4, #ARGV, 2 do
  if redis.call('HGET', KEYS[3], ARGV[i]) == ARGV[i + 1] then
    redis.call('HSET', KEYS[3], ARGV[i], (string.gsub(ARGV[i + 1], 'u', '')))
  end
end
for _, mark in ipairs(redis.call('HVALS', KEYS[3])) do
  if string.find(mark, 'u', 1, true) then return 1 end -- written since
end
if redis.call('HDEL', KEYS[1], 'unseen:' .. ARGV[2]) == 1 then redis.call('HINCRBY', KEYS[1], 'unseen', -1) end
return 1
