#!lua flags=no-writes
-- Everything of one post, in one consistent look, for a person's questions.
-- KEYS 1 dirty set, 2 claims, then for each key pattern: post hash, dirty hash
-- ARGV 1 member, 2 how many patterns are configured: under another, only what has a dirty hash is ours
-- Returns 1 or 0 for its place in the dirty set, 1 or 0 for its claim, then for each pattern the fields and values of
-- the post hash and those of the dirty hash.
local answer = { redis.call('ZSCORE', KEYS[1], ARGV[1]) and 1 or 0, redis.call('HEXISTS', KEYS[2], ARGV[1]) }
for i = 3, #KEYS, 2 do
  local configured = i < 3 + 2 * ARGV[2]
  local marks = configured and redis.call('HGETALL', KEYS[i + 1]) or redis.pcall('HGETALL', KEYS[i + 1])
  if marks.err then marks = {} end
  answer[#answer + 1] = (configured or #marks > 0) and redis.call('HGETALL', KEYS[i]) or {}
  answer[#answer + 1] = marks
end
return answer
