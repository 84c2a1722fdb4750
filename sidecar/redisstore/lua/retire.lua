#!lua
-- Removes keys of a site that is given up, unless it is owned again: then what is under them is somebody's.
-- KEYS 1 floor, then the keys to remove, which may be the floor too
-- ARGV 1 token, 2 epoch in which the site is held
-- Returns how many there were. Errors: HOSPITAL_TOKEN, HOSPITAL_EPOCH.
local floor = redis.call('HMGET', KEYS[1], 'token', 'epoch')
if floor[1] ~= ARGV[1] then return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one') end
if tonumber(floor[2] or '0') > tonumber(ARGV[2]) then return redis.error_reply('HOSPITAL_EPOCH the epoch is over') end
return redis.call('DEL', unpack(KEYS, 2))
