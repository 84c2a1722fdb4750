#!lua flags=no-writes
-- What is dirty in some posts, with the generation, in one consistent look (R8).
-- KEYS 1 floor, then for each post: post hash, dirty hash
-- ARGV 1 token
-- Returns generation, how many slugs nobody could look up when they were written to, then for each post a list key, mark,
-- value (nil: tombstone, or lost), ...; no lists where nothing is dirty, as of most pages. A post whose keys hold no hashes has
-- nothing that could be read, and keeps nobody from the others. Error: HOSPITAL_TOKEN.
local floor = redis.call('HMGET', KEYS[1], 'token', 'generation', 'unseen')
if floor[1] ~= ARGV[1] then return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one') end
local answer, hashes, dirty = { floor[2] or '0', tonumber(floor[3] or '0') }, {}, 0
for i = 3, #KEYS, 2 do hashes[#hashes + 1] = KEYS[i] end
for i = 1, #hashes, 1000 do dirty = dirty + redis.call('EXISTS', unpack(hashes, i, math.min(i + 999, #hashes))) end -- Lua's stack holds 8,000
if dirty == 0 then return answer end
for i = 2, #KEYS, 2 do
  local marks, fields, keys = redis.pcall('HGETALL', KEYS[i + 1]), {}, {} -- an error has no elements
  for j = 1, #marks, 2 do keys[#keys + 1] = marks[j] end
  for from = 1, #keys, 1000 do
    local values = redis.pcall('HMGET', KEYS[i], unpack(keys, from, math.min(from + 999, #keys)))
    for j = 1, #values do
      local key = from + j - 1
      fields[3 * key - 2], fields[3 * key - 1], fields[3 * key] = keys[key], marks[2 * key], values[j]
    end
  end
  answer[#answer + 1] = fields
end
return answer
