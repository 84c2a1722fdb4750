#!lua flags=allow-oom
-- A post was deleted: everything of it goes, but its dead letters.
-- KEYS 1 floor, 2 dirty set, 3 claims, 4 ttls, then the post's hashes
-- ARGV 1 token, 2 epoch, 3 member
-- Returns how many hashes there were. Errors: HOSPITAL_TOKEN, HOSPITAL_EPOCH.
local floor = redis.call('HMGET', KEYS[1], 'token', 'epoch')
if floor[1] ~= ARGV[1] then return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one') end
if tonumber(ARGV[2]) < tonumber(floor[2]) then return redis.error_reply('HOSPITAL_EPOCH the epoch is over') end
redis.call('ZREM', KEYS[2], ARGV[3])
redis.call('HDEL', KEYS[3], ARGV[3])
redis.call('HDEL', KEYS[4], ARGV[3])
local gone = 0
for i = 5, #KEYS do gone = gone + redis.call('DEL', KEYS[i]) end
return gone
