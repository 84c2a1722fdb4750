#!lua flags=allow-oom
-- Moves fields that MySQL refuses for good to the dead letters, if nobody wrote them since (P8). An older value of them may
-- be in MySQL from a sync that never was acknowledged here: readers see it now, and WordPress is told as of one that was.
-- KEYS 1 floor, 2 claims, 3 dead letters, 4 notices, then for each key pattern: post hash, dirty hash
-- ARGV 1 token, 2 member, 3 stamp, then for each field: slot, key, mark, dead letter (JSON)
-- A field with an empty mark is of a dirty hash that somebody else's key has replaced; what no hash holds is not touched.
-- Returns how many of them were dirty; -1 when the claim was not ours any more and nothing was. Error: HOSPITAL_TOKEN.
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one')
end
if redis.call('HGET', KEYS[2], ARGV[2]) ~= ARGV[3] then return -1 end
local moved = 0
for i = 4, #ARGV, 4 do
  local hash, dirty = KEYS[5 + 2 * ARGV[i]], KEYS[6 + 2 * ARGV[i]]
  local key = ARGV[i + 1]
  local mark = redis.pcall('HGET', dirty, key)
  local replaced = type(mark) == 'table' and ARGV[i + 2] == ''
  if replaced or mark == ARGV[i + 2] then
    redis.call('HSET', KEYS[3], ARGV[2] .. ':' .. key, ARGV[i + 3])
    redis.pcall('HDEL', hash, key)
    if string.find(ARGV[i + 2], 'd', 1, true) and string.find(ARGV[2], '^%d+$') then redis.call('HSET', KEYS[4], ARGV[2] .. ':' .. key, ARGV[i + 2]) end
    if not replaced then moved = moved + redis.call('HDEL', dirty, key) end
  end
end
if moved > 0 then
  redis.call('HINCRBY', KEYS[1], 'generation', 1)
  redis.call('HINCRBY', KEYS[1], 'dirty', -moved)
end
return moved
