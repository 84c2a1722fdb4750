#!lua flags=allow-oom
-- A post was deleted: everything of it goes, but its dead letters.
-- KEYS 1 floor, 2 dirty set, 3 claims, 4 ttls, then for each key pattern: post hash, dirty hash
-- ARGV 1 token, 2 epoch, 3 member
-- Returns how many hashes there were. Errors: HOSPITAL_TOKEN, HOSPITAL_EPOCH.
local floor = redis.call('HMGET', KEYS[1], 'token', 'epoch')
if floor[1] ~= ARGV[1] then return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one') end
if tonumber(ARGV[2]) < tonumber(floor[2]) then return redis.error_reply('HOSPITAL_EPOCH the epoch is over') end
redis.call('ZREM', KEYS[2], ARGV[3])
redis.call('HDEL', KEYS[3], ARGV[3])
redis.call('HDEL', KEYS[4], ARGV[3])
local gone = 0
local fields = 0
for i = 6, #KEYS, 2 do fields = fields + redis.call('HLEN', KEYS[i]) end
if fields > 0 then redis.call('HINCRBY', KEYS[1], 'dirty', -fields) end
for i = 5, #KEYS do gone = gone + redis.call('DEL', KEYS[i]) end
return gone
