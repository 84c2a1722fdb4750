#!lua
-- Makes a dead letter a write of this moment (R2), if it still is what the caller read: one that was overwritten, edited
-- or discarded meanwhile must not come back over what came after it.
-- KEYS 1 floor, 2 post hash, 3 dirty hash, 4 dirty set, 5 dead letters
-- ARGV 1 token, 2 epoch, 3 member, 4 sync delay (ms), 5 flags of the mark, 6 most dirty fields (0: any),
--      7 key, 8 dead letter as it was read, 9 "=" (set) or "-" (delete), 10 value,
--      11 the letter's field among them: the member's own, or that of the slug under which it was written before its post came
-- Returns 1, or 0 when it is not that dead letter any more. Errors: HOSPITAL_TOKEN, HOSPITAL_EPOCH, HOSPITAL_FULL, WRONGTYPE: nothing was written.
local function version(letter)
  local read, fields = pcall(cjson.decode, letter)
  local e, c = string.match(read and type(fields) == 'table' and tostring(fields.version) or '', '^(%d+)%-(%d+)$')
  return tonumber(e or 0), tonumber(c or 0)
end

local floor = redis.call('HMGET', KEYS[1], 'token', 'epoch', 'dirty')
if floor[1] ~= ARGV[1] then return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one') end
local epoch = tonumber(ARGV[2])
local lowest = tonumber(floor[2])
if epoch < lowest then return redis.error_reply('HOSPITAL_EPOCH the epoch is over') end
if ARGV[6] ~= '0' and tonumber(floor[3] or '0') >= tonumber(ARGV[6]) then return redis.error_reply('HOSPITAL_FULL ' .. floor[3] .. ' fields wait for MySQL') end
if redis.call('HGET', KEYS[5], ARGV[11]) ~= ARGV[8] then return 0 end
redis.call('HLEN', KEYS[2]) -- it fails where they hold no hashes
redis.call('HLEN', KEYS[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

if epoch > lowest then redis.call('HSET', KEYS[1], 'epoch', ARGV[2]) end
local counter = redis.call('HINCRBY', KEYS[1], 'counter', 1)
if ARGV[9] == '=' then redis.call('HSET', KEYS[2], ARGV[7], ARGV[10]) else redis.call('HDEL', KEYS[2], ARGV[7]) end
local added = redis.call('HSET', KEYS[3], ARGV[7], string.format('%.0f-%.0f@%s%.0f', epoch, counter, ARGV[9] == '-' and '0' or '', now) .. ARGV[5])
if added > 0 then redis.call('HINCRBY', KEYS[1], 'dirty', added) end
redis.call('HDEL', KEYS[5], ARGV[11])
local own = ARGV[3] .. ':' .. ARGV[7]
local e, c = version(ARGV[8])
local f, d = version(redis.call('HGET', KEYS[5], own) or '')
if e > f or e == f and c > d then redis.call('HDEL', KEYS[5], own) end -- one that is newer waits for its own retry
redis.call('HSET', KEYS[2], 'last_updated_redis', time[1])
redis.call('PERSIST', KEYS[2])
redis.call('ZADD', KEYS[4], 'NX', now + ARGV[4], ARGV[3])
if string.find(ARGV[5], 'u', 1, true) and string.find(ARGV[3], '%D') and redis.call('HSET', KEYS[1], 'unseen:' .. ARGV[3], 1) == 1 then
  redis.call('HINCRBY', KEYS[1], 'unseen', 1) -- a slug that nobody could look up
end
return 1
