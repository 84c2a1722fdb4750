#!lua flags=allow-oom
-- Compare-and-clear: a field is clean if its mark is still the one that was read and the claim still ours (R4, step 4).
-- What came past WordPress is noted, in the same step, as what it has to be told of.
-- KEYS 1 floor, 2 dirty set, 3 claims, 4 ttls, 5 notices, then for each key pattern: post hash, dirty hash
-- ARGV 1 token, 2 member, 3 stamp, 4 claim lease (ms), 5 sync delay (ms), 6 ttl of clean copies (s),
--      7 the patterns known to be noted, 8 how many are configured: under another, only what we have dated is ours,
--      then for each field: slot, key, mark, "w" (written) or "l" (left out: its clean copy would be wrong)
-- Returns 1, or 0 when the claim was not ours any more and nothing was cleared. Errors: HOSPITAL_TOKEN, HOSPITAL_PATTERNS
-- where others are noted.
local floor = redis.call('HMGET', KEYS[1], 'token', 'patterns')
if floor[1] ~= ARGV[1] then return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one') end
if (floor[2] or '') ~= ARGV[7] then return redis.error_reply('HOSPITAL_PATTERNS other key patterns are noted') end
if redis.call('HGET', KEYS[3], ARGV[2]) ~= ARGV[3] then return 0 end

local cleared, i = 0, 9
while i <= #ARGV do
  local slot, from, keys = ARGV[i], i, {}
  while ARGV[i] == slot and #keys < 500 do -- unpack() has its limits
    keys[#keys + 1] = ARGV[i + 1]
    i = i + 4
  end
  local hash, dirty = KEYS[6 + 2 * slot], KEYS[7 + 2 * slot]
  local marks, clean, wrong = redis.call('HMGET', dirty, unpack(keys)), {}, {}
  for j, key in ipairs(keys) do
    local mark = ARGV[from + 4 * j - 2]
    if marks[j] == mark then
      clean[#clean + 1] = key
      if ARGV[from + 4 * j - 1] == 'l' then wrong[#wrong + 1] = key end
      -- One left out too: it may be in MySQL from a sync that died before it came here. What is a slug's is nowhere.
      if string.find(mark, 'd', 1, true) and string.find(ARGV[2], '^%d+$') then redis.call('HSET', KEYS[5], ARGV[2] .. ':' .. key, mark) end
    end
  end
  if #clean > 0 then cleared = cleared + redis.call('HDEL', dirty, unpack(clean)) end
  if #wrong > 0 then redis.pcall('HDEL', hash, unpack(wrong)) end
end
if cleared > 0 then
  redis.call('HINCRBY', KEYS[1], 'generation', 1)
  redis.call('HINCRBY', KEYS[1], 'dirty', -cleared)
end

local function fields(key) -- what somebody else has put there has none of ours
  local size = redis.pcall('HLEN', key)
  return type(size) == 'number' and size or 0
end
local left = 0
for i = 6, #KEYS, 2 do left = left + fields(KEYS[i + 1]) end
if left > 0 then
  local claimed = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[2]) or '0') - ARGV[4]
  redis.call('ZADD', KEYS[2], claimed + ARGV[5], ARGV[2])
  return 1
end
redis.call('ZREM', KEYS[2], ARGV[2])
redis.call('HDEL', KEYS[3], ARGV[2])
local ttl = redis.call('HGET', KEYS[4], ARGV[2]) or ARGV[6]
redis.call('HDEL', KEYS[4], ARGV[2])
for i = 6, #KEYS, 2 do
  local size = fields(KEYS[i])
  if size > 0 then
    local dated = redis.call('HEXISTS', KEYS[i], 'last_updated_redis') == 1
    if size == 1 and dated then
      redis.call('DEL', KEYS[i])
    elseif dated or i < 6 + 2 * ARGV[8] then
      redis.call('EXPIRE', KEYS[i], ttl)
    end
  end
end
return 1
