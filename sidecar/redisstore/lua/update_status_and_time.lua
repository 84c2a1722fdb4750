#!lua
-- The guide's atomic status update: status and last_updated_redis together, if the appointment exists (R2).
-- KEYS 1 floor, 2 post hash, 3 dirty hash, 4 dirty set, 5 dead letters
-- ARGV 1 token, 2 epoch, 3 member, 4 sync delay (ms), 5 flags of the mark, 6 status, 7 "1" if MySQL says that it exists,
--      8 most dirty fields (0: any)
-- Returns 1, or 0 when there is no such appointment, or -1 where its keys hold no hashes: nothing was written.
-- Errors: HOSPITAL_TOKEN, HOSPITAL_EPOCH, HOSPITAL_FULL.
local floor = redis.call('HMGET', KEYS[1], 'token', 'epoch', 'dirty')
if floor[1] ~= ARGV[1] then return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one') end
local epoch = tonumber(ARGV[2])
local lowest = tonumber(floor[2])
if epoch < lowest then return redis.error_reply('HOSPITAL_EPOCH the epoch is over') end
if ARGV[8] ~= '0' and tonumber(floor[3] or '0') >= tonumber(ARGV[8]) then return redis.error_reply('HOSPITAL_FULL ' .. floor[3] .. ' fields wait for MySQL') end
for i = 2, 3 do
  if type(redis.pcall('HLEN', KEYS[i])) ~= 'number' then return -1 end
end
if ARGV[7] ~= '1' and redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

if epoch > lowest then redis.call('HSET', KEYS[1], 'epoch', ARGV[2]) end
local counter = redis.call('HINCRBY', KEYS[1], 'counter', 1)
redis.call('HSET', KEYS[2], 'status', ARGV[6], 'last_updated_redis', time[1])
local added = redis.call('HSET', KEYS[3], 'status', string.format('%.0f-%.0f@%.0f', epoch, counter, now) .. ARGV[5])
if added > 0 then redis.call('HINCRBY', KEYS[1], 'dirty', added) end
redis.call('PERSIST', KEYS[2])
redis.call('HDEL', KEYS[5], ARGV[3] .. ':status')
redis.call('ZADD', KEYS[4], 'NX', now + ARGV[4], ARGV[3])
if string.find(ARGV[5], 'u', 1, true) and string.find(ARGV[3], '%D') and redis.call('HSET', KEYS[1], 'unseen:' .. ARGV[3], 1) == 1 then
  redis.call('HINCRBY', KEYS[1], 'unseen', 1) -- a slug that nobody could look up
end
return 1
