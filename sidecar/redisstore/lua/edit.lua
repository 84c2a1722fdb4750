#!lua
-- Replaces or removes a dead letter, if it still is what the caller read. It needs no token: dead letters outlive the floor.
-- KEYS 1 dead letters
-- ARGV 1 member:key, 2 dead letter as it was read, 3 as it is to be (JSON); empty: it goes
-- Returns 1, or 0 when it is not that dead letter any more.
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
if ARGV[3] == '' then return redis.call('HDEL', KEYS[1], ARGV[1]) end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
