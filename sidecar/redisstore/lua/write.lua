#!lua
-- Takes the changes to one post in one step: value, version and dirty mark (R2).
-- KEYS 1 floor, 2 post hash, 3 dirty hash, 4 dirty set, 5 ttls, 6 dead letters
-- ARGV 1 token, 2 epoch, 3 member, 4 sync delay (ms), 5 ttl (s, 0: as it is), 6 flags of the mark,
--      7 most dirty fields (0: any), then for each field: key, "=" (set) or "-" (delete), value, "1" if it equals the caller's row
-- Returns one number a field: 1 updated, 0 unchanged. Errors: HOSPITAL_TOKEN, HOSPITAL_EPOCH,
-- HOSPITAL_FULL.
local floor = redis.call('HMGET', KEYS[1], 'token', 'epoch', 'dirty')
if floor[1] ~= ARGV[1] then return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one') end
local epoch = tonumber(ARGV[2])
local lowest = tonumber(floor[2])
if epoch < lowest then return redis.error_reply('HOSPITAL_EPOCH the epoch is over') end
if ARGV[7] ~= '0' and tonumber(floor[3] or '0') >= tonumber(ARGV[7]) then return redis.error_reply('HOSPITAL_FULL ' .. floor[3] .. ' fields wait for MySQL') end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local suffix = string.format('@%.0f', now) .. ARGV[6]

if epoch > lowest then redis.call('HSET', KEYS[1], 'epoch', ARGV[2]) end
local outcomes, added = {}, 0
for i = 8, #ARGV, 4 do
  local key, set, value = ARGV[i], ARGV[i + 1] == '=', ARGV[i + 2]
  local before = redis.call('HGET', KEYS[3], key)
  local same = before and redis.call('HGET', KEYS[2], key) == (set and value)
  -- An equal value gets a new version too: the one it equals may be in MySQL already, and overwritten there since.
  local counter = redis.call('HINCRBY', KEYS[1], 'counter', 1)
  local mark = string.format('%.0f-%.0f', epoch, counter) .. suffix
  -- Whoever hears "unchanged" tells nobody: that it came past WordPress still holds.
  if same and string.find(before, 'd', 1, true) and not string.find(mark, 'd', 1, true) then mark = mark .. 'd' end
  added = added + redis.call('HSET', KEYS[3], key, mark)
  if set then redis.call('HSET', KEYS[2], key, value) else redis.call('HDEL', KEYS[2], key) end
  redis.call('HDEL', KEYS[6], ARGV[3] .. ':' .. key)
  outcomes[#outcomes + 1] = (same or ARGV[i + 3] == '1') and 0 or 1
end
if added > 0 then redis.call('HINCRBY', KEYS[1], 'dirty', added) end
redis.call('HSET', KEYS[2], 'last_updated_redis', time[1])
redis.call('PERSIST', KEYS[2])
redis.call('ZADD', KEYS[4], 'NX', now + ARGV[4], ARGV[3])
if ARGV[5] ~= '0' then redis.call('HSET', KEYS[5], ARGV[3], ARGV[5]) end
return outcomes
