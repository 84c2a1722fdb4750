#!lua
-- The guide's delete: a tombstone for every field that Redis holds of the post, and for none that it does not (R2).
-- KEYS 1 floor, 2 post hash, 3 dirty hash, 4 dirty set
-- ARGV 1 token, 2 epoch, 3 member, 4 sync delay (ms), 5 flags of the mark,
--      6 most dirty fields (0: any)
-- Returns 1, or 0 when Redis holds nothing of it, or -1 where its keys hold no hashes: nothing was written.
-- Errors: HOSPITAL_TOKEN, HOSPITAL_EPOCH, HOSPITAL_FULL.
local floor = redis.call('HMGET', KEYS[1], 'token', 'epoch', 'dirty')
if floor[1] ~= ARGV[1] then return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one') end
local epoch = tonumber(ARGV[2])
local lowest = tonumber(floor[2])
if epoch < lowest then return redis.error_reply('HOSPITAL_EPOCH the epoch is over') end
if ARGV[6] ~= '0' and tonumber(floor[3] or '0') >= tonumber(ARGV[6]) then return redis.error_reply('HOSPITAL_FULL ' .. floor[3] .. ' fields wait for MySQL') end
for i = 2, 3 do
  if type(redis.pcall('HLEN', KEYS[i])) ~= 'number' then return -1 end
end
local keys = redis.call('HKEYS', KEYS[2])
if #keys == 0 or (#keys == 1 and keys[1] == 'last_updated_redis') then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

if epoch > lowest then redis.call('HSET', KEYS[1], 'epoch', ARGV[2]) end
local added = 0
for _, key in ipairs(keys) do
  if key ~= 'last_updated_redis' then
    local counter = redis.call('HINCRBY', KEYS[1], 'counter', 1)
    local flags = ARGV[5]
    -- Of a slug: what nobody could look up then is the post's like any other, and so is that it goes.
    if string.find(ARGV[3], '%D') and not string.find(flags, 'u', 1, true) and string.find(redis.call('HGET', KEYS[3], key) or '', 'u', 1, true) then flags = flags .. 'u' end
    added = added + redis.call('HSET', KEYS[3], key, string.format('%.0f-%.0f@0%.0f', epoch, counter, now) .. flags)
  end
end
if added > 0 then redis.call('HINCRBY', KEYS[1], 'dirty', added) end
redis.call('DEL', KEYS[2])
redis.call('ZADD', KEYS[4], 'NX', now + ARGV[4], ARGV[3])
if string.find(ARGV[5], 'u', 1, true) and string.find(ARGV[3], '%D') and redis.call('HSET', KEYS[1], 'unseen:' .. ARGV[3], 1) == 1 then
  redis.call('HINCRBY', KEYS[1], 'unseen', 1) -- a slug that nobody could look up
end
return 1
