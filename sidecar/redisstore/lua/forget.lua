#!lua flags=allow-oom
-- A post was deleted: everything of it goes, but its dead letters.
-- KEYS 1 floor, 2 dirty set, 3 claims, 4 ttls, then for each key pattern: post hash, dirty hash
-- ARGV 1 token, 2 epoch, 3 member, 4 the patterns known to be noted, 5 how many of them are configured: under another, only
--      what has a dirty hash is ours
-- Returns how many hashes there were. Errors: HOSPITAL_TOKEN, HOSPITAL_EPOCH, HOSPITAL_PATTERNS where others are noted.
local floor = redis.call('HMGET', KEYS[1], 'token', 'epoch', 'patterns')
if floor[1] ~= ARGV[1] then return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one') end
if tonumber(ARGV[2]) < tonumber(floor[2]) then return redis.error_reply('HOSPITAL_EPOCH the epoch is over') end
if (floor[3] or '') ~= ARGV[4] then return redis.error_reply('HOSPITAL_PATTERNS other key patterns are noted') end
redis.call('ZREM', KEYS[2], ARGV[3])
redis.call('HDEL', KEYS[3], ARGV[3])
redis.call('HDEL', KEYS[4], ARGV[3])
local gone, fields, ours = 0, 0, {}
for i = 5, #KEYS, 2 do
  local configured = i < 5 + 2 * ARGV[5]
  local size = configured and redis.call('HLEN', KEYS[i + 1]) or redis.pcall('HLEN', KEYS[i + 1])
  if configured or type(size) == 'number' and size > 0 then
    fields = fields + size
    ours[#ours + 1], ours[#ours + 2] = KEYS[i], KEYS[i + 1]
  end
end
if fields > 0 then redis.call('HINCRBY', KEYS[1], 'dirty', -fields) end
for _, key in ipairs(ours) do gone = gone + redis.call('DEL', key) end
return gone
